"""tools/recorders.py: what a recorder wrote comes back as it was sent, or is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import mockapi
from tools.recorders import NODE, PYTHON, RUBY, SENT, TOOLS, judge, main

if TYPE_CHECKING:
    from pathlib import Path

_RECORDER = """
import gzip, json, pathlib, sys, urllib.error, urllib.request

tool, url, folder, bodies = sys.argv[1:]
interactions = []
for body in json.loads(pathlib.Path(bodies).read_text()):
    request = urllib.request.Request(url, body.encode(), {"content-type": "application/json"})
    try:
        reply = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        reply = error
    text = reply.read()
    if reply.headers.get("content-encoding") == "gzip":
        text = gzip.decompress(text)
    text = text.decode()
    if tool == "lossy":
        text = text.replace("Gr", "")
    headers = {"content-type": [reply.headers["content-type"]]}
    interactions.append({
        "request": {"method": "POST", "uri": url, "body": body, "headers": {}},
        "response": {"status": {"code": reply.status}, "headers": headers, "body": {"string": text}},
    })
written = {"version": 1, "interactions": interactions}
pathlib.Path(folder, "recorded.json").write_text(json.dumps(written))
"""


@pytest.mark.slow
def test_what_a_recorder_lost_is_told(tmp_path: Path) -> None:
    """A faithful recorder passes; one that loses bytes, or does not start, is told with what it did."""
    script = tmp_path / "recorder.py"
    script.write_text(_RECORDER, encoding="utf-8")
    command = [sys.executable, str(script)]
    with mockapi.Server() as server:
        assert judge("faithful", command, tmp_path / "a", server) == []
        lost = judge("lossy", command, tmp_path / "b", server)
        assert len(lost) == 2  # the messages that are not streams
        assert all(line.startswith("sent (200, ") for line in lost)
        (broken,) = judge(
            "none", [sys.executable, "-c", "import sys; sys.exit('gone')"], tmp_path / "c", server
        )
        assert broken == "it did not record: gone"


def test_every_recorder_has_a_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Each name is one that a script beside the tool knows, and a run without any is refused."""
    scripts = {"recorders.mjs": NODE, "recorders_client.py": PYTHON, "recorders.rb": RUBY}
    for script, names in scripts.items():
        text = (TOOLS / script).read_text(encoding="utf-8")
        assert all(name in text for name in names)
    assert len(SENT) == 5
    with pytest.raises(SystemExit):
        main([])
    assert "name --node, --python or --ruby" in capsys.readouterr().err
