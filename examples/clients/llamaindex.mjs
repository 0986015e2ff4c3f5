// LlamaIndex.TS: a chat and a stream.
import assert from "node:assert/strict";
import { Anthropic } from "@llamaindex/anthropic";

const llm = new Anthropic({ model: "claude-sonnet-4-6", maxTokens: 256 });
const messages = [{ role: "user", content: "Hello" }];
const { message } = await llm.chat({ messages });
assert.ok(message.content);
let text = "";
for await (const chunk of await llm.chat({ messages, stream: true })) text += chunk.delta;
assert.ok(text);
console.log("chat, stream");
