"""Every class of the official client for Python: a message, a stream, a count of tokens, an error."""

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
    there = [client for client in CLIENTS if hasattr(anthropic, client[0])]
    for name, options, model in there:
        with getattr(anthropic, name)(**options) as client:
            message = client.messages.create(model=model, **ASK)
            assert message.content[0].text, name
            with client.messages.stream(model=model, **ASK) as stream:
                assert "".join(stream.text_stream) == stream.get_final_text(), name
            if name != "AnthropicBedrock":  # Amazon's door has no such path
                assert client.messages.count_tokens(model=model, messages=ASK["messages"]).input_tokens, name
            try:
                client.messages.create(model=model, **{**ASK, "messages": []})
            except anthropic.BadRequestError as error:
                assert "messages" in str(error), name
            else:
                raise SystemExit(f"{name}: a request without messages was taken")
    print("message, stream, count, error with", ", ".join(name for name, *_ in there))


if __name__ == "__main__":
    main()
