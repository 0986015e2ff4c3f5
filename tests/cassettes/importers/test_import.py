"""From a file to a cassette and a report: what is refused, hosts, origin, redaction, what is left out."""

from __future__ import annotations

import pytest

from mockapi.cassettes import Cassette, Interaction, RecordedRequest, RecordedResponse, dump
from mockapi.cassettes._redaction_rules import RedactionRules
from mockapi.cassettes.importers import LOSSES, Loss, import_recording
from mockapi.messages import accumulate, decode_events, encode_events
from tests.support import streams
from tests.support.each import each
from tests.support.foreign import (
    ANSWER,
    ASKED,
    STREAM,
    as_json,
    as_yaml,
    gzipped,
    har,
    vcr_py,
    vcr_py_interaction,
)
from tests.support.frames import as_frames
from tests.support.redaction import KEY, MASK

_KEY = "sk-ant-" + "api03-" + "x" * 40  # made of pieces, so that no scanner takes it for one
_OURS = dump(Cassette("a", (Interaction(RecordedRequest("GET", "/v1/models"), RecordedResponse(200)),)))

NOT_RECORDINGS: dict[str, tuple[bytes, str]] = {
    "a cassette": (_OURS, "a mockapi cassette already"),
    "no interactions": (as_yaml({"version": 1, "interactions": []}), "a recording without any interaction"),
    "no interactions of Ruby": (as_yaml({"http_interactions": []}), "a recording without any interaction"),
    "no entries": (har(), "a recording without any interaction"),
    "no fixtures": (as_json({"fixtures": []}), "a recording without any interaction"),
    "a request": (ASKED, "a request, not a reply"),
    "something else in YAML": (b"services:\n  db: 1\n", "no recording in a format that is known here"),
    "something else in JSON": (as_json({"name": "x"}), "no recording in a format that is known here"),
    "a list": (b"[1, 2]", "no recording in a format that is known here"),
    "a list of mappings": (as_yaml([{"a": 1}]), "no recording in a format that is known here"),
    "words": (b"Hello there\n", "no recording in a format that is known here"),
    "nothing": (b"", "no recording in a format that is known here"),
}


@each("name", NOT_RECORDINGS)
def test_what_is_no_recording_is_left_out_with_the_reason(name: str) -> None:
    """A tree holds other YAML and JSON too: that fails nothing."""
    data, reason = NOT_RECORDINGS[name]
    imported = import_recording(data, "a.yaml")
    assert imported.cassette is None
    assert imported.broken == ()
    assert imported.left_out == ((reason, 1),)


DAMAGED: dict[str, tuple[bytes, str, str]] = {
    "an object of Python": (
        vcr_py(vcr_py_interaction("X")).replace(b": X", b": !!python/object/apply:os.system ['true']"),
        "a.yaml",
        "asks for an object of a program",
    ),
    "malformed YAML": (b"interactions: [}\n", "a.yaml", "line 1: malformed YAML"),
    "malformed JSON": (b'{"log": {', "a.har", "malformed JSON"),
    "malformed TOML": (b"a = ", "a.toml", "malformed TOML"),
    "truncated gzip": (gzipped(_OURS)[:-9], "a.yaml.gz", "gzip data is truncated"),
    "nested without end": (b"[" * 100_000, "a.json", "malformed JSON"),
    "nested without end, YAML": (b"- " * 100_000, "a.yaml", "nested deeper"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_told_and_nothing_is_kept(name: str) -> None:
    """The cause comes with the line where there is one."""
    data, file, words = DAMAGED[name]
    imported = import_recording(data, file)
    assert imported.cassette is None
    assert words in imported.broken[0]


def test_names_keep_their_folders_and_lose_their_extension() -> None:
    """One cassette a file, beside where it was."""
    text = vcr_py(vcr_py_interaction())
    names = {
        "a/b/test_x.yaml": "a/b/test_x.yaml",
        "test[x-1.5].yml": "test[x-1.5].yaml",
        "x.yml.gz": "x.yaml",
        "x.gz": "x.yaml",
        "no_extension": "no_extension.yaml",
        "v1.2": "v1.2.yaml",
    }
    assert {name: import_recording(text, name).name for name in names} == names


def test_an_interaction_knows_where_it_came_from_and_when() -> None:
    """Origin: format, file and number in it. Time: the recorder's, else the reply's own date."""
    imported = import_recording(vcr_py(vcr_py_interaction(), vcr_py_interaction()), "t/a.yaml")
    assert imported.cassette is not None
    first, second = imported.cassette.interactions
    assert (first.origin, second.origin) == ("VCR.py: t/a.yaml #0", "VCR.py: t/a.yaml #1")
    assert first.recorded_at == "2026-08-02T22:26:41Z"


def test_what_is_imported_is_redacted() -> None:
    """Keys in headers and bodies, organization ids: as in a recording of our own."""
    headers = {"anthropic-organization-id": "b320df16-c763-4455-b901-3f7d54e9a012", "set-cookie": "a=b"}
    interaction = vcr_py_interaction(f'{{"key": "{_KEY}"}}', f'{{"echo": "{_KEY}"}}', **headers)
    interaction["request"]["headers"]["Authorization"] = [f"Bearer {_KEY}"]
    imported = import_recording(vcr_py(interaction), "a.yaml")
    assert imported.cassette is not None
    text = dump(imported.cassette)
    assert _KEY.encode() not in text
    assert b"b320df16" not in text
    assert b"set-cookie" not in text.lower()
    assert imported.cassette.interactions[0].response.body != b""


def test_rules_of_the_project_are_applied_too() -> None:
    """What a project masks in its own recordings is masked in imported ones."""
    text = vcr_py(vcr_py_interaction('{"who": "customer-4711"}', '{"who": "customer-4711"}'))
    imported = import_recording(text, "a.yaml", rules=RedactionRules(patterns=(r"customer-\d+",)))
    assert imported.cassette is not None
    assert b"4711" not in dump(imported.cassette)


def test_a_key_inside_thinking_is_not_written() -> None:
    """Signed text cannot be masked, so such an interaction fails."""
    thinking = {"type": "message", "content": [{"type": "thinking", "thinking": _KEY, "signature": "x"}]}
    imported = import_recording(vcr_py(vcr_py_interaction(reply=as_json(thinking).decode())), "a.yaml")
    assert imported.cassette is None
    assert "cannot be masked" in imported.broken[0]
    assert _KEY not in imported.broken[0]


def test_a_broken_interaction_costs_itself() -> None:
    """Two of three are kept, and the third is told with its place."""
    cut = vcr_py_interaction(reply=gzipped(ANSWER)[:-9], **{"content-encoding": "gzip"})
    imported = import_recording(vcr_py(vcr_py_interaction(), cut, vcr_py_interaction()), "a.yaml")
    assert imported.kept == 2
    (told,) = imported.broken
    assert told.startswith(
        f"interactions[1].response.body: gzip data is truncated: it ends after {len(ANSWER)} decoded bytes."
    )


HOSTS: dict[str, bool] = {
    "https://api.anthropic.com/v1/messages": True,
    "https://API.Anthropic.com:443/anything": True,
    "http://localhost:4010/v1/messages": True,
    "http://127.0.0.1:8080/v1/messages/batches": True,
    "http://[::1]/v1/models": True,
    "http://proxy/v1/files": True,
    "https://<API_HOST>/v1/complete": True,
    "http://localhost:3000/login": False,
    "http://localhost/prefix/v1/messages": False,
    "https://api.openai.com/v1/chat/completions": False,
    "https://openrouter.ai/api/v1/messages": False,
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke": False,
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-opus-4-6-v1/converse": False,
    "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-opus-4-6-v1/invoke": True,
    "http://localhost/model/anthropic.claude-opus-4-6-v1%3A0/invoke-with-response-stream": True,
    "https://eu-aiplatform.googleapis.com/v1/x": False,
    "https://console.anthropic.com/v1/messages": False,
    "https://api.anthropic.com.example.com/v1/messages": False,
}


@each("url", HOSTS)
def test_only_the_apis_own_exchanges_are_kept(url: str) -> None:
    """Hosts of other providers are left out and counted; a local proxy's are the API's by their path."""
    imported = import_recording(vcr_py(vcr_py_interaction(uri=url)), "a.yaml")
    assert imported.kept == HOSTS[url]
    assert bool(imported.left_out) != HOSTS[url]


def test_further_hosts_are_taken_when_named() -> None:
    """A gateway's prefix is cut off, so that the path is the API's."""
    url = "https://gateway.example.com/team/anthropic/v1/messages?beta=true"
    text = vcr_py(vcr_py_interaction(uri=url))
    assert import_recording(text, "a.yaml").left_out == (("host gateway.example.com", 1),)
    imported = import_recording(text, "a.yaml", hosts=["*.example.COM"])
    assert imported.cassette is not None
    request = imported.cassette.interactions[0].request
    assert (request.path, request.query) == ("/v1/messages", "beta=true")


def test_a_stream_in_frames_is_kept_to_the_byte() -> None:
    """Bedrock's streams are binary; the secrets in them are masked, and the checksums are right."""
    path = "/model/anthropic.claude-opus-4-6-v1/invoke-with-response-stream"
    url = f"https://bedrock-runtime.us-east-1.amazonaws.com{path}"
    body = as_frames(encode_events(streams.WHOLE))
    kind = {"content-type": "application/vnd.amazon.eventstream"}
    imported = import_recording(vcr_py(vcr_py_interaction(reply=body, uri=url, **kind)), "a.yaml")
    assert imported.cassette is not None
    (interaction,) = imported.cassette.interactions
    assert interaction.response.body == body
    assert interaction.response.is_stream
    secret = as_frames(streams.in_deltas("text_delta", "text", [KEY[:9], KEY[9:]], streams.text("")))
    imported = import_recording(vcr_py(vcr_py_interaction(reply=secret, uri=url, **kind)), "a.yaml")
    assert imported.cassette is not None
    masked = decode_events(imported.cassette.interactions[0].response.body)
    assert accumulate(masked)["content"][0]["text"] == MASK


def test_a_response_of_another_host_need_not_be_sound() -> None:
    """What is left out is not read."""
    other = vcr_py_interaction(reply=b"\x1f\x8b", uri="https://example.com/", **{"content-encoding": "gzip"})
    imported = import_recording(vcr_py(other), "a.yaml")
    assert (imported.cassette, imported.broken) == (None, ())


def test_half_a_pair_of_surrogates_in_a_store_is_no_reason_to_stop() -> None:
    """JSON may hold what UTF-8 cannot."""
    imported = import_recording(b'{"polly": "{\\ud800"}', "a.json")
    assert imported.cassette is None


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("application/json", '{"type":"message",', "JSON that breaks off"),
        ("application/json", '{"type":"message","content":[}', "JSON that is damaged"),
        ("text/event-stream", STREAM.partition(b"event: message_stop")[0].decode(), "has no message_stop"),
        ("text/event-stream", STREAM.partition(b"essage_stop")[0].decode(), "has no message_stop"),
        ("application/json", "", "no body"),
        ("text/event-stream; charset=utf-8", "", "no body"),
    ],
)
def test_half_a_reply_is_told(kind: str, body: str, words: str) -> None:
    """Formats that a cut leaves well-formed, such as literal blocks of YAML, have half a reply then."""
    interaction = vcr_py_interaction()
    interaction["response"]["headers"] = {"content-type": [kind]}
    interaction["response"]["body"] = {"string": body}
    imported = import_recording(as_yaml({"version": 1, "interactions": [interaction]}), "a.yaml")
    assert imported.cassette is None
    assert words in imported.broken[0]


def test_every_loss_has_words() -> None:
    """What a report names is explained."""
    assert set(LOSSES) == set(Loss)
