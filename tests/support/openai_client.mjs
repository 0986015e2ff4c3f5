// OpenAI's client for Node, unmodified: `node openai_client.mjs BASE_URL` where the package is installed.
// Prints what it got as one JSON object.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(resolve("package.json")));
const { default: OpenAI } = await import(pathToFileURL(require.resolve("openai")));

const client = new OpenAI({ apiKey: "sk-ant-test-1", baseURL: `${process.argv[2]}/v1`, maxRetries: 1 });
const model = "claude-opus-4-6";
const messages = [{ role: "user", content: "Hello" }];
const parameters = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const look = { type: "function", function: { name: "look", parameters } };
const got = {};

// The session answers the first request with a 529, which the client tries again.
const whole = await client.chat.completions.create({ model, messages });
got.text = whole.choices[0].message.content;

got.streamed = "";
const options = { model, messages, stream: true, stream_options: { include_usage: true } };
for await (const chunk of await client.chat.completions.create(options)) {
  got.streamed += chunk.choices[0]?.delta?.content ?? "";
  got.usage = chunk.usage;
}

const called = client.chat.completions.stream({ model, messages, tools: [look], tool_choice: "required" });
got.called = (await called.finalChatCompletion()).choices[0].message.tool_calls[0].function;

const answering = { ...look.function, parse: JSON.parse, function: async () => "a tree" };
const loop = client.chat.completions.runTools({ model, messages, tools: [{ type: "function", function: answering }] });
got.looked = await loop.finalContent();

const { response } = await client.chat.completions.create({ model, messages, seed: 1 }).withResponse();
got.version = response.headers.get("openai-version");

try {
  await client.chat.completions.create({ model: "gpt-4o", messages });
} catch (error) {
  got.error = { name: error.constructor.name, status: error.status, code: error.code };
}

got.models = [];
for await (const listed of client.models.list()) got.models.push(listed.id);
got.owner = (await client.models.retrieve(model)).owned_by;

console.log(JSON.stringify(got));
