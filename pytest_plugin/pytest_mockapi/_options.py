"""What the command line and the ini file may say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mockapi.cassettes import Matching

MARKER: Final = (
    "messages_api(cassette=..., validation=..., rules=..., faults=..., ...): the session of a test that"
    " uses the fixture messages_api"
)
_ENV: Final = ("auto", "collection", "run", "off")
_TRUTH: Final = {"true": "run", "false": "off"}
_VALIDATION: Final = ("strict", "lenient", "off")
_RULES: Final = ("documented", "live")
_EVIDENCE: Final = ("any", "captured")
_NETWORK: Final = ("test", "session", "off")
_UNUSED: Final = ("ignore", "report", "fail")


class Options(NamedTuple):  # every run of pytest pays for it, and a dataclass takes 2 ms to make
    """The options of a run.

    Attributes:
        exec_url: base URL of `mockapi exec`, if it runs this command; the tests that do not use the
            fixture are its.
        env: when the variables that clients read are set, besides the tests that use a fixture: "auto"
            during collection if the files of the tests name one, "collection", "run", or "off" never.
        record_mode: new, all, none or verify.
        upstream: who is asked in a record mode; None without one.
        cassettes: folder of cassettes; None for a folder `cassettes` beside each test file.
        validation: strict, lenient or off; None leaves it to the record mode.
        rules: documented or live.
        evidence: any or captured.
        models: ids added to the catalogue.
        unused_recordings: ignore, report or fail.
        unused_replies: ignore or fail.
        network: when connections to the real API are refused: test, session or off.
        intercept: whether requests for the API's own address are answered here, inside this process.
        keep_alive: whether connections to the run's base URL outlive a reply.
        matching: rules that are added to those of every cassette; None for none.
        html: the file that a page about the run is written to; None without one.
    """

    exec_url: str | None
    env: str
    record_mode: str
    upstream: str | None
    cassettes: Path | None
    validation: str | None
    rules: str
    evidence: str
    models: tuple[str, ...]
    unused_recordings: str
    unused_replies: str
    network: str
    intercept: bool
    keep_alive: bool
    matching: Matching | None
    html: Path | None


OPTIONS: Final[pytest.StashKey[Options]] = pytest.StashKey()


def add(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("mockapi", "mockapi: the Messages API in tests")
    group.addoption(
        "--mockapi-record-mode",
        default="none",
        metavar="MODE",
        help="none (default), new, all or verify; all but none ask the upstream",
    )
    group.addoption("--mockapi-upstream", metavar="URL", help="who is asked in a record mode")
    group.addoption(
        "--mockapi-unused",
        metavar="WHAT",
        help="recordings that no test played: ignore, report (default) or fail",
    )
    group.addoption("--mockapi-report", metavar="FILE", help="write what was played and what was not")
    group.addoption(
        "--mockapi-html", metavar="FILE", help="write a page about the run: tests, requests, misses"
    )
    group.addoption("--mockapi-cassettes", metavar="FOLDER", help="folder of cassettes")
    group.addoption("--mockapi-compare", metavar="WHAT", help="what of a body is compared, as in a cassette")
    group.addoption("--mockapi-evidence", metavar="WHAT", help="rules that count: any (default) or captured")
    group.addoption(
        "--mockapi-intercept",
        action="store_true",
        help="answer requests for https://api.anthropic.com in this process; no base URL is set",
    )
    parser.addini("mockapi_intercept", "as --mockapi-intercept", "bool", default=False)
    parser.addini("mockapi_env", "when the variables that clients read are set: auto (default), collection,"
                  " run or off")  # fmt: skip
    parser.addini("mockapi_keep_alive", "keep connections to the run's base URL open", "bool", default=False)
    parser.addini("mockapi_matching", "rules of all cassettes, written as in one")
    parser.addini("mockapi_cassettes", "folder of cassettes (default: cassettes beside each test file)")
    parser.addini("mockapi_upstream", "as --mockapi-upstream")
    parser.addini("mockapi_validation", "strict (default), lenient or off")
    parser.addini("mockapi_rules", "documented (default) or live")
    parser.addini("mockapi_evidence", "as --mockapi-evidence")
    parser.addini("mockapi_models", "ids of models that the catalogue does not have", "linelist")
    parser.addini("mockapi_unused_recordings", "as --mockapi-unused")
    parser.addini(
        "mockapi_unused_replies", "scripted replies that were not asked for: fail (default) or ignore"
    )
    parser.addini("mockapi_network", "refuse the real API in each test that uses the fixture (test, default),"
                  " in the whole session, or off")  # fmt: skip


def read(config: pytest.Config) -> Options:
    """The options of a run.

    Raises:
        pytest.UsageError: an option whose value does not fit.
    """
    mode = str(config.getoption("--mockapi-record-mode"))
    upstream = config.getoption("--mockapi-upstream") or config.getini("mockapi_upstream") or None
    if mode != "none":
        mode = _record_mode(mode)
    if mode != "none" and upstream is None:
        raise pytest.UsageError(
            f"--mockapi-record-mode={mode} asks an upstream: name it with"
            " --mockapi-upstream=https://api.anthropic.com or the ini option mockapi_upstream."
        )
    folder = config.getoption("--mockapi-cassettes") or config.getini("mockapi_cassettes")
    unused = config.getoption("--mockapi-unused") or config.getini("mockapi_unused_recordings")
    evidence = config.getoption("--mockapi-evidence") or config.getini("mockapi_evidence")
    network = _choice(config.getini("mockapi_network"), "mockapi_network", _NETWORK) or "test"
    intercept = config.getoption("--mockapi-intercept") or config.getini("mockapi_intercept")
    if intercept and network == "off":
        raise pytest.UsageError(
            "mockapi_intercept lets clients ask the API's own address, so that one which is not intercepted"
            " has to be refused: take mockapi_network = off away."
        )
    return Options(
        exec_url=os.environ.get("MOCKAPI_EXEC_URL"),
        env=_env(config.getini("mockapi_env")),
        record_mode=mode,
        upstream=upstream,
        cassettes=config.rootpath / folder if folder else None,
        validation=_choice(config.getini("mockapi_validation"), "mockapi_validation", _VALIDATION) or None,
        rules=_choice(config.getini("mockapi_rules"), "mockapi_rules", _RULES) or "documented",
        evidence=_choice(evidence, "mockapi_evidence", _EVIDENCE) or "any",
        models=tuple(config.getini("mockapi_models")),
        unused_recordings=_choice(unused, "mockapi_unused_recordings", _UNUSED) or "report",
        unused_replies=_choice(
            config.getini("mockapi_unused_replies"), "mockapi_unused_replies", ("ignore", "fail")
        )
        or "fail",
        network=network,
        intercept=intercept,
        keep_alive=config.getini("mockapi_keep_alive"),
        matching=_matching(config),
        html=_html(config.getoption("--mockapi-html")),
    )


def _html(name: str | None) -> Path | None:
    """The place of the page; that it cannot be written is better said before the first test."""
    if not name:
        return None
    from pathlib import Path

    path = Path(name).absolute()  # a test may go to another folder
    if path.is_dir() or not path.parent.is_dir():
        why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        raise pytest.UsageError(f"--mockapi-html={name}: {why}; name a file that can be written.")
    return path


def _env(value: str) -> str:
    return _choice(_TRUTH.get(value.lower(), value), "mockapi_env", _ENV) or "auto"


def _matching(config: pytest.Config) -> Matching | None:
    written, compare = config.getini("mockapi_matching"), config.getoption("--mockapi-compare")
    if not written and not compare:
        return None
    from mockapi.cassettes import Matching, read_matching
    from mockapi.errors import UsageError
    from mockapi.storage import folders

    rules = Matching()
    try:
        for name, text in (("mockapi_matching", written), ("--mockapi-compare", compare)):
            if text:
                rules = rules.with_added(read_matching(text, name, folders()))
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    return rules


def _record_mode(value: str) -> str:
    from mockapi.errors import UsageError
    from mockapi.server.recording import parse_mode

    try:
        return parse_mode(value)
    except UsageError as error:
        raise pytest.UsageError(f"--mockapi-record-mode: {error}") from error


def _choice(value: str | None, name: str, choices: Iterable[str]) -> str:
    if value and value not in choices:
        raise pytest.UsageError(f"{name} is one of {', '.join(choices)}, not {value!r}.")
    return value or ""
