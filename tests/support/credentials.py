"""Credentials of many kinds, made at random, and the places of recorded traffic to plant them at.

A form says where random characters go, and which of them must be seen nowhere: `sk_live_«A24»`
is a prefix and 24 letters and digits. A reader adds a kind or a place by adding a row.
"""

from __future__ import annotations

import json
import re
import string
from typing import TYPE_CHECKING
from urllib.parse import quote

from mockapi.cassettes import Interaction, RecordedRequest, RecordedResponse
from mockapi.messages import accumulate, decode_events
from tests.support import streams

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ALPHABETS = {
    "A": string.ascii_letters + string.digits,
    "H": "0123456789abcdef",
    "T": string.ascii_letters + string.digits + "-_",
    "B": string.ascii_letters + string.digits + "+/",
    "U": string.ascii_uppercase + string.digits,
    "D": string.digits,
    "L": string.ascii_lowercase + string.digits,
    "W": string.ascii_lowercase,
    "X": string.ascii_letters,
    "S": string.ascii_letters + string.digits + "./",  # crypt's
    "V": "0123456789ABCDEF",
    "Z": string.ascii_uppercase + "234567",
    "K": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "P": string.ascii_letters + string.digits + "!#%^*?~+=@",  # what a password generator takes
}

FORMS: dict[str, str] = {
    # Vendors' prefixes
    "Anthropic API key": "sk-ant-api03-«T93»",
    "Anthropic OAuth token": "sk-ant-oat01-«T90»",
    "OpenAI project key": "sk-proj-«T74»",
    "OpenAI old key": "sk-«A48»",
    "Stripe live key": "sk_live_«A24»",
    "Stripe restricted key": "rk_live_«A24»",
    "Stripe webhook secret": "whsec_«A32»",
    "GitHub token": "ghp_«A36»",
    "GitHub fine-grained token": "github_pat_«A22»_«A59»",
    "GitLab token": "glpat-«T20»",
    "npm token": "npm_«A36»",
    "PyPI token": "pypi-AgEIcHlwaS5vcmc«T70»",
    "Slack bot token": "xoxb-«D12»-«D12»-«A24»",
    "Slack app token": "xapp-1-«U11»-«D12»-«H64»",
    "Slack webhook": "https://hooks.slack.com/services/T«U8»/B«U8»/«A24»",
    "Hugging Face token": "hf_«A34»",
    "Groq key": "gsk_«A52»",
    "xAI key": "xai-«A80»",
    "SendGrid key": "SG.«T22».«T43»",
    "Shopify token": "shpat_«H32»",
    "DigitalOcean token": "dop_v1_«H64»",
    "Vault token": "hvs.«T90»",
    "Google API key": "AIza«T35»",
    "Google OAuth secret": "GOCSPX-«T28»",
    "Google OAuth token": "ya29.«T120»",
    "Google refresh token": "1//0«T60»",
    "age key": "AGE-SECRET-KEY-1«U58»",
    "Telegram bot token": "«D10»:AA«T33»",
    "Discord bot token": "M«A23».«T6».«T27»",
    "Discord webhook": "https://discord.com/api/webhooks/«D18»/«T68»",
    "AWS access key id": "AKIA«U16»",
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9.eyJ«A40».«T43»",
    "Azure storage connection": "DefaultEndpointsProtocol=https;"
    "AccountName=a;AccountKey=«B86»==;EndpointSuffix=x",
    "Azure SAS": "https://a.blob.core.windows.net/c?sv=2024-01-01&sp=r&sig=«A43»%3D",
    "presigned S3 URL": "https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=«H64»",
    "presigned S3 token": "https://b.s3.amazonaws.com/k?X-Amz-Security-Token=«A200»",
    "Twilio key": "SK«H32»",
    "Mailgun key": "key-«H32»",
    "Mailchimp key": "«H32»-us14",
    "Databricks token": "dapi«H32»",
    "Linear key": "lin_api_«A40»",
    "Notion token": "ntn_«D11»«A35»",
    "Grafana token": "glsa_«A32»_«H8»",
    "Sentry token": "sntryu_«H64»",
    "Docker token": "dckr_pat_«T27»",
    "Replicate token": "r8_«A37»",
    "Perplexity key": "pplx-«A48»",
    "Postman key": "PMAK-«H24»-«H34»",
    "Pulumi token": "pul-«H40»",
    "RubyGems key": "rubygems_«H48»",
    "Square token": "sq0atp-«T22»",
    "Atlassian token": "ATATT3xFfGF0«T170»",
    "New Relic key": "NRAK-«U27»",
    "HubSpot token": "pat-na1-«H8»-«H4»-«H4»-«H4»-«H12»",
    "Azure client secret": "abc8Q~«T34»",
    # Files of keys
    "private key": "-----BEGIN PRIVATE KEY-----\n«B64»\n«B64»\n«B20»==\n-----END PRIVATE KEY-----",
    "encrypted RSA key": "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
    "«U32»\n\n"
    "«B64»\n«B64»\n-----END RSA PRIVATE KEY-----",
    "OpenSSH key": "-----BEGIN OPENSSH PRIVATE KEY-----\n«B70»\n«B70»\n-----END OPENSSH PRIVATE KEY-----",
    "PGP private block": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n«B64»\n«B64»\n=«B4»\n"
    "-----END PGP PRIVATE KEY BLOCK-----",
    # Names, in every spelling
    "aws_secret_access_key": '{"aws_secret_access_key": "«B40»"}',
    "openai_api_key": '{"openai_api_key": "«A32»"}',
    "github_token": '{"github_token": "«A32»"}',
    "bearer_token": '{"bearer_token": "«A24»"}',
    "api_secret": '{"api_secret": "«A24»"}',
    "password member": '{"user": "app", "password": "«P16»"}',
    "passwd member": '{"passwd": "«A12»"}',
    "dbPassword member": '{"dbPassword": "«P14»"}',
    "token member": '{"token": "«A24»"}',
    "secret member": '{"secret": "«A24»"}',
    "DB_PASSWORD": "DB_PASSWORD=«P18»",
    "GITHUB_TOKEN": "GITHUB_TOKEN=«A36»",
    "NPM_TOKEN": "export NPM_TOKEN=«A36»",
    "quoted in shell": "export SERVICE_API_KEY='«A32»'",
    "X-Vault-Token": "X-Vault-Token: «A26»",
    "PRIVATE-TOKEN": "PRIVATE-TOKEN: «A20»",
    "YAML": "database:\n  password: «A16»\n  host: db",
    "INI": "[db]\npassword = «A16»\n",
    "code": 'client = Client(api_key="«A32»", timeout=3)',
    "curl user": "curl -u admin:«A16» https://a.example/",
    "curl header": 'curl -H "X-Auth-Token: «A32»" https://a.example/',
    "netrc": "machine a.example login bob password «A16»",
    "option": "deploy --api-token «A32» --verbose",
    "Basic": "Authorization: Basic «A40»==",
    "Bearer": "Authorization: Bearer «A40»",
    "token in a URL": "https://a.example/x?token=«A24»&page=2",
    "key in a URL": "https://a.example/x?key=«A32»&page=2",
    "password in a URL": "postgres://app:«A8»/«A8»$«A4»@db.example/prod",
    "cookie": "Cookie: sid=«A32»; theme=dark",
    "npmrc": "//registry.example/:_authToken=«A36»",
    "k8s environment": "- name: DB_PASSWORD\n  value: «A16»",
    "PHP": "define('DB_PASSWORD', '«A14»');",
    "Digest": 'Authorization: Digest username="bob", realm="r", response="«H32»"',
    "AWS signature": "Authorization: AWS4-HMAC-SHA256 Credential=AKIA«U16»/20260101/us-east-1/s3/"
    "aws4_request, SignedHeaders=host, Signature=«H64»",
    "Docker login": '{"auths": {"ghcr.io": {"auth": "«B40»"}}}',
    "list of headers": '{"headers": [{"name": "Authorization", "value": "ApiKey «A32»"}]}',
    "connection string": "Server=x;User Id=sa;Password=«A14»;Encrypt=yes",
    "one-time password": "otpauth://totp/x?secret=«U32»&issuer=y",
    "WireGuard": "[Interface]\nPrivateKey = «B43»=\n",
    "told in prose": "My password is «A12», and the token «A36» too",
    "mysql": "mysql -u root -p«A12» shop",
    "PuTTY key": "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 2\n«B64»\n«B64»\nPrivate-MAC: x",
    "XML": "<config><password>«A16»</password></config>",
}
"""Every kind that is promised to be masked."""


def made(form: str, source: random.Random) -> tuple[str, list[str]]:
    """A credential of a form: the text, and the pieces of it that must be seen nowhere."""
    pieces: list[str] = []

    def fill(match: re.Match[str]) -> str:
        alphabet = ALPHABETS[match[1]]
        piece = "".join(source.choice(alphabet) for _ in range(int(match[2])))
        if match[1] in "APTB" and len(piece) >= 8:  # random letters alone may be a word; nearly none are
            piece = piece[:3] + "7" + piece[4:6] + "Q" + piece[7:]
        if len(piece) >= 8 and match[1] != "D":  # numbers are the public ids of bots and accounts
            pieces.append(piece)
        return piece

    return re.sub("«([A-Z])([0-9]+)»", fill, form), pieces


def written(interaction: Interaction) -> bytes:
    """All that a recording says: its bytes, and of a stream also what its deltas say together."""
    request, response = interaction.request, interaction.response
    said = f"{request.path}?{request.query}\n{request.headers}\n{response.headers}\n"
    joined = ""
    if response.body.startswith(b"event:"):
        joined = json.dumps(accumulate(decode_events(response.body)))
    return said.encode() + request.body + b"\n" + response.body + joined.encode()


def spellings(piece: str) -> set[bytes]:
    """How a piece of a credential may be written: as it is, escaped once or twice, percent-encoded."""
    escaped = json.dumps(piece)[1:-1]
    return {text.encode() for text in (piece, escaped, json.dumps(escaped)[1:-1], quote(piece, safe=""))}


def _interaction(asked: bytes, reply: bytes, *, query: str = "", reply_type: str = "application/json",
                 request_type: str = "application/json", status: int = 200,
                 fields: tuple[tuple[str, str], ...] = ()) -> Interaction:  # fmt: skip
    request = RecordedRequest("POST", "/v1/messages", query, (("content-type", request_type),), asked)
    return Interaction(request, RecordedResponse(status, (("content-type", reply_type), *fields), reply))


def _asking(content: object, **members: object) -> bytes:
    return json.dumps({"model": "m", **members, "messages": [{"role": "user", "content": content}]}).encode()


def _cut(text: str) -> list[str]:
    return [text[at : at + 5] for at in range(0, len(text), 5)]


def _input(text: str) -> object:
    """A tool's input: the credential's own members where it has some."""
    return json.loads(text) if text.startswith("{") else {"command": text}


def _multipart(text: str) -> bytes:
    return (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        + text.encode()
        + b"\r\n--b--\r\n"
    )


PLACES: dict[str, Callable[[str], Interaction]] = {
    "prompt": lambda text: _interaction(_asking(f"Look: {text}"), b"{}"),
    "system": lambda text: _interaction(_asking("hi", system=f"Know this.\n{text}\n"), b"{}"),
    "tool result": lambda text: _interaction(
        _asking([{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": text}]}]),
        b"{}",
    ),
    "tool input": lambda text: _interaction(
        _asking([{"type": "tool_use", "id": "t", "name": "f", "input": _input(text)}]), b"{}"
    ),
    "JSON within JSON": lambda text: _interaction(
        _asking(json.dumps({"out": json.dumps({"t": text})})), b"{}"
    ),
    "query": lambda text: _interaction(_asking("hi"), b"{}", query=f"q={quote(text, safe='')}"),
    "percent-encoded text": lambda text: _interaction(
        _asking(f"see a=1&b={quote(text, safe='')}&c=2"), b"{}"
    ),
    "reply": lambda text: _interaction(
        _asking("hi"), json.dumps({"type": "message", "content": [{"type": "text", "text": text}]}).encode()
    ),
    "reply in deltas": lambda text: _interaction(
        _asking("hi"),
        streams.in_deltas("text_delta", "text", _cut(f"So: {text} "), streams.text("")),
        reply_type="text/event-stream",
    ),
    "tool input in deltas": lambda text: _interaction(
        _asking("hi"),
        streams.in_deltas(
            "input_json_delta",
            "partial_json",
            _cut(json.dumps(_input(text))),
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}},
        ),
        reply_type="text/event-stream",
    ),
    "thinking": lambda text: _interaction(
        _asking("hi"),
        streams.in_deltas(
            "thinking_delta",
            "thinking",
            _cut(f"He gave me {text} "),
            {"type": "thinking", "thinking": "", "signature": ""},
        ),
        reply_type="text/event-stream",
    ),
    "header": lambda text: _interaction(
        _asking("hi"),
        b"{}",
        fields=(("location", text.replace("\n", " ")), ("x-note", text.replace("\n", " "))),
    ),
    "plain text": lambda text: _interaction(_asking("hi"), f"{text}\n".encode(), reply_type="text/plain"),
    "uploaded file": lambda text: _interaction(
        _multipart(text), b"{}", request_type="multipart/form-data; boundary=b"
    ),
    "error body": lambda text: _interaction(
        _asking("hi"),
        json.dumps({"type": "error", "error": {"type": "x", "message": f"bad: {text}"}}).encode(),
        status=400,
    ),
}
"""Where a credential may stand in recorded traffic. (What is compressed is decoded before it is redacted.)"""
