// Every class of the official clients for TypeScript: a message, a stream, an error.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { AnthropicAws } from "@anthropic-ai/aws-sdk";
import { AnthropicBedrock, AnthropicBedrockMantle } from "@anthropic-ai/bedrock-sdk";
import { AnthropicFoundry } from "@anthropic-ai/foundry-sdk";
import { AnthropicVertex } from "@anthropic-ai/vertex-sdk";

const plain = "claude-sonnet-4-6";
const aws = { awsRegion: "us-east-1", apiKey: "test" };
const signedIn = { getRequestHeaders: async () => new Headers({ authorization: "Bearer test" }) };
const clients = [
  [new Anthropic(), plain],
  [new AnthropicVertex({ region: "us-east5", projectId: "p", authClient: signedIn }), plain],
  [new AnthropicBedrock(aws), "us.anthropic.claude-sonnet-4-6"],
  [new AnthropicBedrockMantle(aws), "anthropic.claude-sonnet-4-6"],
  [new AnthropicFoundry({ apiKey: "test" }), plain],
  [new AnthropicAws({ ...aws, workspaceId: "wrkspc_test" }), plain],
];

for (const [client, model] of clients) {
  const name = client.constructor.name;
  const ask = { model, max_tokens: 64, messages: [{ role: "user", content: "Hello" }] };
  const message = await client.messages.create(ask);
  assert.ok(message.content[0].text, name);
  const final = await client.messages.stream(ask).finalMessage();
  assert.ok(final.content[0].text, name);
  await assert.rejects(client.messages.create({ ...ask, messages: [] }), { status: 400 }, name);
}
const names = clients.map(([client]) => client.constructor.name);
console.log("message, stream, error with", names.join(", "));
