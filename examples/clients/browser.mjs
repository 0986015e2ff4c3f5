// The official client in a page, as a browser runs it: a message and a stream.
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  baseURL: new URLSearchParams(location.search).get("url"),
  apiKey: "sk-ant-test-1",
  dangerouslyAllowBrowser: true,
});
const ask = { model: "claude-sonnet-4-6", max_tokens: 64, messages: [{ role: "user", content: "Hello" }] };
try {
  const message = await client.messages.create(ask);
  const final = await client.messages.stream(ask).finalMessage();
  document.title = message.content[0].text && final.content[0].text ? "message, stream" : "no text";
} catch (error) {
  document.title = `${error}`;
}
