"""The move of a Ruby project in docs/import.md, made for real where Ruby and its VCR are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

import mockapi
from tests.support.docs import blocks
from tests.support.process import command, environment
from tests.support.server import PATIENCE

pytestmark = pytest.mark.nightly

_PAGE: Final = Path(__file__).parents[2] / "docs" / "import.md"
_CLIENT: Final = """
require "json"
require "net/http"

module MyClient
  class << self
    attr_accessor :base_url
  end

  def self.ask(text)
    body = { model: "claude-opus-4-6", max_tokens: 50, messages: [{ role: "user", content: text }] }
    headers = { "content-type" => "application/json", "x-api-key" => "sk-ant-test-1",
                "anthropic-version" => "2023-06-01" }
    reply = Net::HTTP.post(URI("#{base_url}/v1/messages"), body.to_json, headers)
    JSON.parse(reply.body).fetch("content").fetch(0).fetch("text")
  end
end
"""
_BEFORE: Final = """
require "vcr"
require "webmock"

VCR.configure do |config|
  config.cassette_library_dir = "spec/cassettes"
  config.hook_into :webmock
end

RSpec.configure do |config|
  config.around(:each, :mockapi) do |example|
    MyClient.base_url = ENV.fetch("UPSTREAM")
    VCR.use_cassette(example.metadata[:mockapi]) { example.run }
  end
end
"""
_SPEC: Final = """
require_relative "client"
require_relative "support"

RSpec.describe MyClient do
  it "asks", mockapi: "chat/one" do
    expect(MyClient.ask("Hi")).to eq("first, é")
    expect(MyClient.ask("And now?")).to eq("second")
  end

  it "asks the same again", mockapi: "chat/two" do
    expect(MyClient.ask("Hi")).to eq("another")
  end
end
"""


def test_a_suite_of_ruby_vcr_stays_green(tmp_path: Path) -> None:
    """Recorded by VCR, imported by the page's command, played example by example by the page's module."""
    if not _has_ruby():
        pytest.skip("Ruby, or one of its libraries vcr, webmock and rspec, is not installed")
    spec = tmp_path / "spec"
    spec.mkdir()
    (spec / "client.rb").write_text(_CLIENT, "utf-8")
    (spec / "chat_spec.rb").write_text(_SPEC, "utf-8")
    (spec / "support.rb").write_text(_BEFORE, "utf-8")
    with mockapi.Server() as server, server.open_session(name="upstream") as upstream:
        upstream.reply("first, é").reply("second").reply("another")
        recorded = _run(["rspec"], tmp_path, UPSTREAM=upstream.base_url)
    assert "2 examples, 0 failures" in recorded

    importing = ("cassettes", "import", "spec/cassettes", "--to", "spec/mockapi")
    imported = _run(command(*importing, "--host", "127.0.0.1"), tmp_path)
    assert "3 interactions kept" in imported
    (module,) = (block.content for block in blocks(_PAGE) if "def self.play" in block.content)
    (spec / "support.rb").write_text(module, "utf-8")
    shutil.rmtree(spec / "cassettes")
    replayed = _run(command("exec", "spec/mockapi", "--", "rspec"), tmp_path)
    assert "2 examples, 0 failures" in replayed


def _has_ruby() -> bool:
    libraries = [option for name in ("vcr", "webmock", "rspec") for option in ("-r", name)]
    return (
        shutil.which("ruby") is not None
        and not subprocess.run(["ruby", *libraries, "-e", ""], capture_output=True, check=False).returncode
    )


def _run(words: list[str], folder: Path, **variables: str) -> str:
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment(LANG="C.UTF-8", **variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stdout + done.stderr
