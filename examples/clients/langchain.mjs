// LangChain.js: a message, a stream, a tool call.
import assert from "node:assert/strict";
import { ChatAnthropic } from "@langchain/anthropic";

const model = new ChatAnthropic({ model: "claude-sonnet-4-6", maxTokens: 256 });
assert.ok((await model.invoke("Hello")).text);
let text = "";
for await (const chunk of await model.stream("Hello")) text += chunk.text;
assert.ok(text);
const input_schema = { type: "object", properties: { place: { type: "string" } } };
const called = await model.bindTools([{ name: "look", description: "Look.", input_schema }]).invoke("Look");
assert.equal(called.tool_calls[0].name, "look");
console.log("message, stream, tool call");
