"""Every class of the official client for Python: a message, a stream, a count, an error, a second try."""

import anthropic

ASK = {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
AWS = {"aws_region": "us-east-1", "api_key": "test"}
PLAIN = "claude-sonnet-4-6"
# Class, what it is made with, how it spells the model. The base URLs come from the environment.
CLIENTS = [
    ("Anthropic", {}, PLAIN),
    (
        "AnthropicVertex",
        {"region": "us-east5", "project_id": "p", "access_token": "test"},
        PLAIN,
    ),
    ("AnthropicBedrock", AWS, "us.anthropic.claude-sonnet-4-6"),
    ("AnthropicBedrockMantle", AWS, "anthropic.claude-sonnet-4-6"),
    ("AnthropicFoundry", {"api_key": "test"}, PLAIN),  # its base URL is set where a resource is named
    ("AnthropicAWS", {**AWS, "workspace_id": "wrkspc_test"}, PLAIN),
    (
        "AnthropicGoogleCloud",
        {"location": "global", "project": "p", "workspace_id": "w", "token_provider": lambda: "test"},
        PLAIN,
    ),
]


def main() -> None:
    """Try each class that this version has."""
    for name, options, model in CLIENTS:
        if not hasattr(anthropic, name):
            print(f"{name}: not in this version")
            continue
        with getattr(anthropic, name)(**options) as client:
            message = client.messages.create(model=model, **ASK)
            assert message.content[0].text, name
            with client.messages.stream(model=model, **ASK) as stream:
                assert "".join(stream.text_stream) == stream.get_final_text(), name
            try:
                client.messages.create(model=model, **{**ASK, "messages": []})
            except anthropic.BadRequestError as error:
                assert "messages" in str(error), name
            else:
                raise SystemExit(f"{name}: a request without messages was taken")
        print(f"{name}: message, stream, error")


if __name__ == "__main__":
    main()
