"""All readers of bytes by name, as `mockapi fuzz --target tests.support.holdout.readers:NAME` wants them."""

from importlib import import_module

from tests.support.holdout.roll import BROKEN, CORRECT, Reader

__all__ = ["BROKEN", "CORRECT"]

for _module in (
    "broken_decoders",
    "broken_splitters",
    "broken_messages",
    "broken_streams",
    "correct_decoders",
    "correct_messages",
):
    import_module(f"tests.support.holdout.{_module}")


def __getattr__(name: str) -> Reader:
    if name in BROKEN:
        return BROKEN[name].reader
    if name in CORRECT:
        return CORRECT[name]
    raise AttributeError(name)
