"""Requests in several cassettes with other answers: to one server all cassettes are one sequence."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from mockapi import cassettes
from mockapi.cassettes import Matching
from mockapi.cli._import_sources import MAPPINGS

if TYPE_CHECKING:
    from mockapi.cassettes import Cassette

_BY_URL: Final = Matching(compare="uri")


@dataclass(slots=True)
class SharedRequests:
    """What was asked in which cassette, and answered how: digests, because there may be thousands."""

    _answers: dict[bytes, dict[str, bytes]] = field(default_factory=dict)
    _by_url: dict[bytes, dict[str, bytes]] = field(default_factory=dict)
    _open: dict[bytes, str] = field(default_factory=dict)

    def add(self, cassette: Cassette, shown: str) -> None:
        """Note the requests of a cassette and the replies that each got in it, in their order."""
        if cassette.matching.compare in {"stream", "last-text"}:
            return  # such cassettes have no requests of their own
        for interaction in cassette.interactions:
            request, answered = cassettes.as_request(interaction), interaction.response
            reply = b"%d " % answered.status + answered.body
            key = _digest(cassettes.request_key(request, cassette.matching))
            url = _digest(cassettes.request_key(request, _BY_URL))
            _note(self._answers.setdefault(key, {}), shown, reply)
            _note(self._by_url.setdefault(url, {}), shown, reply)
            if cassette.matching.compare == _BY_URL.compare:
                self._open.setdefault(url, shown)

    def warning(self) -> str:
        """What to know before one server plays all of them; empty if no request is answered in two ways."""
        places = [tuple(found) for found in self._answers.values() if len(set(found.values())) > 1]
        if not places:
            return self._warning_of_open()
        files = list(dict.fromkeys(file for found in places for file in found))
        requests = "1 request stands" if len(places) == 1 else f"{len(places)} requests stand"
        return (
            f"{requests} in several cassettes with other answers ({files[0]}, {files[1]}"
            + (f" and {len(files) - 2} more" if len(files) > 2 else "")
            + "): one server would play them one after another, whichever test asks. Let the pytest plugin"
            " play each test its own cassette: `import --pytest`, docs/pytest.md"
        )

    def _warning_of_open(self) -> str:
        """What to know of a cassette that answers any body, beside one that answers some."""
        for url, shown in self._open.items():
            found = self._by_url[url]
            other = next((file for file in found if found[file] != found[shown]), None)
            if other is not None:
                return (
                    f"{shown} answers any body, and {other} has other answers for requests of the same URL:"
                    " to one server the second goes first. Play each to its own tests; stubs of WireMock that"
                    f" answer together belong into one folder `{MAPPINGS}`"
                )
        return ""


def _note(answers: dict[str, bytes], shown: str, reply: bytes) -> None:
    answers[shown] = _digest(answers.get(shown, b"") + reply)


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
