// The TypeScript SDK of the API: `raw` shows its events, `helper` its final message.
// Run it where `@anthropic-ai/sdk` is installed: `node anthropic_sdk.mjs helper`.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const mode = process.argv[2] ?? "helper";
const require = createRequire(pathToFileURL(resolve("package.json")));
const { default: Anthropic } = await import(pathToFileURL(require.resolve("@anthropic-ai/sdk")));
const { VERSION } = await import(pathToFileURL(require.resolve("@anthropic-ai/sdk/version")));

const body = {
  model: "claude-sonnet-5",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Say something." }],
};

async function look(baseURL, timeout, shown) {
  const client = new Anthropic({
    baseURL,
    apiKey: "sk-ant-test-conformance",
    maxRetries: 0,
    timeout: timeout * 1000,
  });
  if (mode === "raw") {
    for await (const event of await client.messages.create({ ...body, stream: true })) shown.push(event);
    return undefined;
  }
  return await client.messages.stream(body).finalMessage();
}

// An error that nobody awaits must not end the driver, and is no answer either.
process.on("unhandledRejection", (error) => process.stderr.write(`unhandled: ${error}\n`));

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if (!question.base_url) {
    const sees = mode === "raw" ? "stream" : "message";
    console.log(JSON.stringify({ name: `@anthropic-ai/sdk ${VERSION}, ${mode}`, sees }));
    continue;
  }
  const shown = [];
  const answer = { error: null };
  let message;
  try {
    message = await look(question.base_url, question.timeout, shown);
  } catch (error) {
    answer.error = {
      type: error?.constructor?.name ?? String(error),
      message: String(error?.message ?? error).slice(0, 300),
      documented: error instanceof Anthropic.AnthropicError,
    };
  }
  if (mode === "raw") answer.stream = shown;
  else answer.message = message;
  let written;
  try {
    written = JSON.stringify(answer);
  } catch {
    // Too deep to be printed, which is no fault of the client.
    written = JSON.stringify({ ...answer, message: { ...message, content: [] } });
  }
  console.log(written);
}
