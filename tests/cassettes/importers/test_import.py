"""From a file to a cassette and a report: detection, hosts, origin, redaction, what is left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockapi.cassettes import Cassette, Interaction, RecordedRequest, RecordedResponse, dump, load
from mockapi.cassettes._redaction_rules import RedactionRules
from mockapi.cassettes.importers import LOSSES, Imported, Loss, import_recording
from mockapi.cassettes.importers._formats import FORMATS
from mockapi.cassettes.importers._yaml import parse
from mockapi.messages import accumulate, decode_events, encode_events
from tests.support import streams
from tests.support.examples import examples
from tests.support.foreign import (
    ANSWER,
    ASKED,
    STREAM,
    URL,
    as_json,
    as_yaml,
    gzipped,
    har,
    har_entry,
    httprr,
    vcr_py,
    vcr_py_interaction,
    wire_request,
    wire_response,
)
from tests.support.foreign_tools import TOOLS, events
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


@pytest.mark.parametrize("name", NOT_RECORDINGS)
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


@pytest.mark.parametrize("url", HOSTS)
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


EVERY: dict[str, tuple[bytes, str]] = {title: (data, name) for title, (data, name, _) in TOOLS.items()} | {
    "parsed events": (events(), "a.json"),
    "VCR.py": (vcr_py(vcr_py_interaction()), "a.yaml"),
    "HAR": (har(har_entry({"text": ANSWER.decode()})), "a.har"),
    "httprr": (httprr((wire_request(), wire_response())), "a.httprr"),
    "event stream": (STREAM, "a.sse"),
    "JSON reply": (ANSWER, "a.json"),
    "HTTP reply": (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + ANSWER, "a.json"),
    "aimock": (
        as_json({"fixtures": [{"match": {"userMessage": "x"}, "response": {"content": "y"}}]}),
        "a.json",
    ),
    "Ruby VCR": (as_yaml({"http_interactions": [vcr_py_interaction()]}), "a.yml"),
    "R vcr": (
        as_yaml({"http_interactions": [vcr_py_interaction()], "recorded_with": "VCR-vcr/2.1"}),
        "a.yml",
    ),
    "go-vcr": (
        as_yaml({"interactions": [{"request": {"url": URL, "method": "POST"}, "response": {"code": 200}}]}),
        "a.yaml",
    ),
    "cassetter": (
        as_yaml(
            {
                "interactions": [
                    {
                        "request": {"method": "POST", "uri": URL},
                        "response": {"status": 200, "body": {"type": "text", "content": "x"}},
                    }
                ]
            }
        ),
        "a.yaml",
    ),
}


def test_every_format_is_detected_whatever_the_file_is_called() -> None:
    """The content decides. The samples cover the whole table."""
    assert set(EVERY) == {item.title for item in FORMATS}
    for title, (data, name) in EVERY.items():
        for called in (name, "recording"):
            imported = import_recording(data, called)
            assert (imported.format, imported.broken) == (title, ()), called
            assert imported.cassette is not None
            assert load(dump(imported.cassette), called).interactions == imported.cassette.interactions


@pytest.mark.slow
@pytest.mark.parametrize("title", EVERY)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_nothing_is_made_of_a_reply_that_was_cut(title: str, data: st.DataObject) -> None:
    """Wherever a file ends too early: no traceback, and each reply that is kept is whole."""
    text, name = EVERY[title]
    whole = _replies(import_recording(text, name))
    cut = import_recording(text[: data.draw(st.integers(0, len(text) - 1))], name)
    # A line end is the file's own, in formats of text.
    assert _replies(cut) <= whole


_PIECES = st.sampled_from(
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'""',
        b"-1",
        b"1e999",
        b"\xff",
        b"\x00",
        b"\\ud800",
        b"&a [*a]",
        b"- ",
        b"'",
        b"!!python/object:a.b",
        b"\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"transfer-encoding: chunked\r\n",
        b"gzip",
        b"http://[::1",
    ]
) | st.binary(max_size=3)


@pytest.mark.slow
@pytest.mark.parametrize("title", EVERY)
@settings(max_examples=examples(60))
@given(data=st.data())
def test_bytes_of_any_kind_are_told_never_raised(title: str, data: st.DataObject) -> None:
    """Whatever replaces a piece of a file: it is kept, left out or told, and what is kept is a cassette."""
    text, name = EVERY[title]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(_PIECES) + text[at + data.draw(st.integers(0, 60)) :]
    imported = import_recording(text, name)
    if imported.cassette is not None:
        load(dump(imported.cassette), name)


def test_half_a_pair_of_surrogates_in_a_store_is_no_reason_to_stop() -> None:
    """JSON may hold what UTF-8 cannot."""
    imported = import_recording(b'{"polly": "{\\ud800"}', "a.json")
    assert imported.cassette is None


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("application/json", '{"type":"message",', "JSON that breaks off"),
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


def _replies(imported: Imported) -> set[bytes]:
    interactions = () if imported.cassette is None else imported.cassette.interactions
    return {interaction.response.body.rstrip() for interaction in interactions}


def test_every_loss_has_words() -> None:
    """What a report names is explained."""
    assert set(LOSSES) == set(Loss)


_WORDS = """
    request response uri url method body headers status code string encoding base64_string type content
    state args parsed_body protocol host path recorded_at text mimeType postData size name value match
    userMessage model toolCalls blocks reasoning error usage arguments recordedTimings _mockapi chunks
"""
_LEAVES = (
    st.none() | st.integers(-1, 600) | st.sampled_from([URL, "POST", "200 OK", "json", "hex", "", "é", ":x"])
)
_ODD = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS.split()), inner, max_size=6)
    ),
    max_leaves=25,
)
_EXCHANGE = st.fixed_dictionaries(
    {
        "request": st.fixed_dictionaries(
            {"uri": st.just(URL), "url": st.just(URL), "method": st.just("POST")},
            optional=dict.fromkeys(("body", "headers", "postData", "parsed_body"), _ODD),
        ),
        "response": st.fixed_dictionaries(
            {"status": st.just(200), "code": st.just(200)},
            optional=dict.fromkeys(("body", "headers", "content", "parsed_body", "error", "usage"), _ODD),
        ),
    },
    optional=dict.fromkeys(("match", "recorded_at", "recordedTimings", "_mockapi"), _ODD),
)
_FIXTURE = st.fixed_dictionaries(
    {
        "match": st.just({"userMessage": "x"}) | _ODD,
        "response": st.dictionaries(
            st.sampled_from(
                ["content", "toolCalls", "blocks", "reasoning", "error", "usage", "status", "id"]
            ),
            _ODD,
        ),
    },
    optional={"recordedTimings": _ODD},
)


@pytest.mark.parametrize("title", ["VCR.py", "Ruby VCR", "R vcr", "go-vcr", "cassetter", "HAR", "aimock"])
@settings(max_examples=examples(20))
@given(data=st.data())
def test_items_of_any_shape_are_told_never_raised(title: str, data: st.DataObject) -> None:
    """Beside a sound item that tells the format, whatever a list holds is kept, left out or told."""
    text, name = EVERY[title]
    document = parse(text)
    items = document["log"] if title == "HAR" else document
    key = next(key for key, value in items.items() if isinstance(value, list) and value)
    odd = data.draw(_FIXTURE if title == "aimock" else st.one_of(_EXCHANGE, _ODD))
    items[key].append(odd)
    imported = import_recording(as_json(document), name)
    if imported.format == title:
        assert imported.kept + len(imported.broken) + sum(count for _, count in imported.left_out) >= 2
        assert imported.cassette is not None
        dump(imported.cassette)
