// OpenAI's client for Node: a chat, a stream, a tool call, an error, the models.
import assert from "node:assert/strict";
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.env.ANTHROPIC_BASE_URL}/v1`, apiKey: "sk-ant-test-1" });
const ask = { model: "claude-sonnet-4-6", messages: [{ role: "user", content: "Hello" }] };
const parameters = { type: "object", properties: { place: { type: "string" } } };

const chat = await client.chat.completions.create(ask);
assert.ok(chat.choices[0].message.content);
let text = "";
for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
  text += chunk.choices[0]?.delta.content ?? "";
}
assert.ok(text);
const tools = [{ type: "function", function: { name: "look", parameters } }];
const called = await client.chat.completions.create({ ...ask, tools });
assert.equal(called.choices[0].message.tool_calls[0].function.name, "look");
await assert.rejects(client.chat.completions.create({ ...ask, model: "no-such-model" }), { status: 404 });
const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert.ok(models.some((id) => id.startsWith("claude-")));
console.log("chat, stream, tool call, error, models");
