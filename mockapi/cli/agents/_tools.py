"""The tools that coding agents call: from arguments to a text, with the words of the command line.

A tool's docstring is what the agent reads of it, and its signature becomes the schema of its arguments. Tools
on requests ask a running server; tools on files need none, and take only what lies in the folders that
were named at the start: what an agent was talked into must not read or write elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import orjson

from mockapi import cassettes, storage, validation
from mockapi._files import MIB, read_file
from mockapi._wording import counted
from mockapi.cli import _payloads
from mockapi.cli._sizes import size_lines
from mockapi.cli.agents import _words
from mockapi.cli.cassettes_reseal import reseal_file
from mockapi.cli.cassettes_show import described_lines
from mockapi.errors import UsageError
from mockapi.replies.faults import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockapi._files import Places
    from mockapi.cli.agents._server_client import ServerClient

RulesName: TypeAlias = Literal["documented", "live"]
ModeName: TypeAlias = Literal["strict", "lenient"]

_DEFAULT: Final = "default"
_MOST_LISTED: Final = 200
_MAX_BODY: Final = 64 * MIB
_EXPLAINED: Final = ("unmatched", "invalid")


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools, for one server and some folders.

    Attributes:
        client: asks the server.
        places: the folders in which files may be read and sealed.
    """

    client: ServerClient
    places: Places

    def list_sessions(self) -> str:
        """List the open sessions of the running mockapi server: id, requests, recordings played, base URL.

        Each test or agent under test has a session of its own; `default` is the bare base URL's. The other
        tools take its id.
        """
        told = self.client.ask("GET", "/sessions")["sessions"]
        return _words.together(map(_words.session_line, told))

    def list_journal(self, session: str = _DEFAULT, last: int = 20) -> str:
        """List the latest requests that a session got and what answered each, one a line, oldest first.

        The line says number, path, model, last user text, status, and the source of the answer: recorded,
        scripted, synthesized, forwarded, invalid (refused as the API would refuse it) or unmatched (a miss).
        `read_journal_entry` and `explain` take the number.

        Args:
            session: id of the session.
            last: how many, up to 200.
        """
        wanted = max(1, min(last, _MOST_LISTED))
        found = [entry for _, entry in zip(range(wanted), self.client.latest(session), strict=False)]
        if not found:
            return f"No request has come to session {session!r}. `list_sessions` tells where each is reached."
        return _words.together(map(_words.entry_line, reversed(found)))

    def read_journal_entry(self, number: int, session: str = _DEFAULT, full: bool = False) -> str:  # noqa: FBT001, FBT002 - agents name it
        """Read one request of a session's journal as JSON: headers, body, reply, recording, miss.

        Credentials are hidden.

        Args:
            number: of the entry, as `list_journal` tells it.
            session: id of the session.
            full: whether long texts come whole.
        """
        entry = self.client.entry(session, number)
        shown = entry if full else _words.shortened(entry)
        return orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()

    def explain(self, number: int | None = None, session: str = _DEFAULT) -> str:
        """Explain why a request was not answered as hoped.

        For a miss: the nearest recording, what differs in which place, and remedies that were tried and work.
        For a refusal: the rule, its words, and where in the body.

        Args:
            number: of the entry; left out, the latest miss or refusal is explained.
            session: id of the session.
        """
        entry = self._to_explain(session) if number is None else self.client.entry(session, number)
        if entry is None:
            return f"Session {session!r} has no miss and no refusal among its latest requests."
        if entry["miss"] is not None:
            return _words.together([_words.entry_line(entry), *_words.miss_lines(entry, session)])
        if entry["reply"]["source"] == "invalid":
            shown = self.client.session(session, f"journal/{entry['number']}")
            return _words.together([_words.entry_line(entry), *_words.refusal_lines(shown)])
        hint = entry["reply"]["hint"]
        return _words.entry_line(entry) + ("" if hint is None else f"\n  {hint}")

    def _to_explain(self, session: str) -> dict[str, Any] | None:
        entries = self.client.latest(session)
        return next((entry for entry in entries if entry["reply"]["source"] in _EXPLAINED), None)

    def write_script(self, script: list[Any] | dict[str, Any], session: str = _DEFAULT) -> str:
        """Tell a session what to reply from now on; it takes the place of the script before.

        A script is a list of replies, or {"replies": [...], "then": "continue|fail|repeat|restart"}. A reply
        is a text, or an object with one of text, blocks, message, error, file, and any of when, times,
        stop_reason, faults. Example: [{"blocks": [{"type": "tool_use", "name": "get_weather",
        "input": {"location": "Paris"}}]}, "It is 15 degrees."]

        Args:
            script: what is said.
            session: id of the session.
        """
        return _words.script_line(self.client.session(session, "script", "POST", script))

    def show_script(self, session: str = _DEFAULT) -> str:
        """Say how often each reply of a session's script was given.

        Args:
            session: id of the session.
        """
        return _words.script_line(self.client.session(session, "script"))

    def order_fault(self, fault: str | dict[str, Any], times: int = 1, session: str = _DEFAULT) -> str:
        """Have the next requests of a session go wrong on purpose, to see what the client does.

        A fault is a name, a status such as "529", or an object with its options, such as
        {"fault": "cut", "event": 3}, {"fault": "stall"} or {"fault": "delay", "seconds": 2}; `after` lets so
        many requests pass first, `when` has conditions on them.

        Args:
            fault: what goes wrong.
            times: for how many requests; an object's own `times` counts instead.
            session: id of the session.
        """
        order = {"fault": fault, "times": times} if isinstance(fault, str) else {"times": times, **fault}
        return _words.together(_words.fault_lines(self.client.session(session, "faults", "POST", order)))

    def list_cassettes(self) -> str:
        """List the cassettes (recordings) that the running server plays, and which nobody has played yet."""
        return _words.together(_words.cassette_lines(self.client.ask("GET", "/cassettes")))

    def show_cassette(
        self,
        path: str,
        interaction: int | None = None,
        full: bool = False,  # noqa: FBT001, FBT002 - agents name it
        size: bool = False,  # noqa: FBT001, FBT002 - agents name it
    ) -> str:
        """Read recordings of a cassette file or folder: conversation, reply, usage, timing. Needs no server.

        Args:
            path: of a YAML file, or of a folder of them.
            interaction: only the one at this position, from 0.
            full: whether long texts come whole.
            size: only what takes the room.
        """
        lines: list[str] = []
        for file in storage.find([path], self.places):
            text = storage.read_text(file, self.places)
            cassette = cassettes.load(text, file, check_seals=False)
            if size:
                lines += size_lines(cassette, len(text))
                continue
            for position, item in enumerate(cassette.interactions):
                if interaction in (None, position):
                    lines += [f"{file}#{position}", *described_lines(item, full=full), ""]
        if not lines:
            what = "no interaction" if interaction is None else f"no interaction {interaction}"
            raise UsageError(f"There is {what} in {path}.")
        return _words.together(lines).rstrip("\n")

    def seal_cassette(self, path: str) -> str:
        """Accept an edit of a cassette: make its digests true again and mark what changed as edited.

        The file is written anew in the usual form. Needs no server; one that plays the file is told by
        `mockapi serve --watch`, or reads it at its next start.

        Args:
            path: of the YAML file.
        """
        storage.read_text(path, self.places)  # refuses what lies elsewhere before anything is written
        return reseal_file(path)

    def validate_body(
        self,
        body: dict[str, Any] | list[Any] | str | None = None,
        file: str | None = None,
        endpoint: str = "/v1/messages",
        headers: dict[str, str] | None = None,
        rules: RulesName = "documented",
        mode: ModeName = "strict",
    ) -> str:
        """Say what the API would refuse in a request body, in its own words, without sending it.

        All faults are named, the one that the API would name first, with line, JSON pointer and rule. Needs
        no server.

        Args:
            body: the body, as an object or as the text of its JSON; or name a file.
            file: path of a file with one JSON body, a JSON array of bodies, or one body a line.
            endpoint: path that it would be posted to.
            headers: the request's headers; a key and the version 2023-06-01 are added where missing.
            rules: where documentation and behaviour differ, documented or live.
            mode: lenient looks at the shape only.
        """
        if (body is None) == (file is None):
            raise UsageError("Name either `body` or `file`.")
        if not endpoint.startswith("/"):
            raise UsageError(f"endpoint {endpoint}: write the path alone, as in /v1/messages.")
        name, text = ("body", _as_text(body)) if file is None else (file, self._read(file))
        settings = replace(validation.ValidationSettings(), rules=rules, mode=mode)
        verdicts = list(_payloads.judge(name, text, headers or {}, endpoint, settings))
        refused = sum(1 for verdict in verdicts if verdict.findings)
        bodies = counted(len(verdicts), "body") if len(verdicts) == 1 else f"{len(verdicts)} bodies"
        lines = [*_payloads.FORMATS["text"](verdicts), f"{bodies}, {refused or 'none'} would be refused"]
        return _words.together(lines)

    def _read(self, file: str) -> bytes:
        try:
            return read_file(file, _MAX_BODY, self.places)
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}.") from error

    def all(self) -> Iterator[tuple[Callable[..., str], str]]:
        """Every tool with what an agent is told of it, in the order in which they are listed."""
        names = f"Names of faults: {', '.join(TABLE)}."
        for tool in (
            self.explain,
            self.list_journal,
            self.read_journal_entry,
            self.list_sessions,
            self.write_script,
            self.show_script,
            self.order_fault,
            self.list_cassettes,
            self.show_cassette,
            self.seal_cassette,
            self.validate_body,
        ):
            about = cleandoc(tool.__doc__ or "")
            yield tool, f"{about}\n\n{names}" if tool.__name__ == "order_fault" else about


def _as_text(body: dict[str, Any] | list[Any] | str | None) -> bytes:
    """The bytes of a body; the text of its JSON is judged as it was written."""
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else orjson.dumps(body)
