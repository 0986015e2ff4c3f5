// Vercel's AI SDK: a text, a stream, an object, with its default provider and with a base URL that ends in /v1.
import assert from "node:assert/strict";
import { anthropic, createAnthropic } from "@ai-sdk/anthropic";
import { generateText, streamText } from "ai";

const versioned = createAnthropic({ baseURL: `${process.env.ANTHROPIC_BASE_URL}/v1` });
for (const [name, provider] of [["default", anthropic], ["/v1", versioned]]) {
  const model = provider("claude-sonnet-4-6");
  const { text } = await generateText({ model, prompt: "Hello" });
  assert.ok(text, name);
  let streamed = "";
  for await (const piece of streamText({ model, prompt: "Hello" }).textStream) streamed += piece;
  assert.ok(streamed, name);
}
console.log("text, stream with the default provider and with a base URL that ends in /v1");
