// Clients and decoders of the web: `eventsource-parser` and `fetch-event-source` show events, `ai-sdk` and
// `langchain-js` parts of the message.
// Run it where the package is installed: `node web_clients.mjs ai-sdk`.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { readFileSync } from "node:fs";

const require = createRequire(pathToFileURL(resolve("package.json")));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const versionOf = (name) =>
  JSON.parse(readFileSync(resolve("node_modules", name, "package.json"), "utf8")).version;

async function eventsourceParser() {
  const name = "eventsource-parser";
  const { createParser } = await load(name);
  const look = async (base, timeout, events) => {
    const silence = new AbortController();
    let timer;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), timeout * 1000);
    };
    alive();
    // Its ids are those of single events, not the last event id: they are not shown.
    const parser = createParser({ onEvent: (event) => events.push([event.event ?? "message", event.data, null]) });
    const reply = await fetch(`${base}/v1/messages`, { method: "POST", body: "{}", signal: silence.signal });
    const text = new TextDecoder();
    for await (const chunk of reply.body) alive() ?? parser.feed(text.decode(chunk, { stream: true }));
    clearTimeout(timer);
  };
  return { hello: { name: `${name} ${versionOf(name)}`, sees: "events" }, look, documented: isAbort };
}

const isAbort = (error) => error?.name === "AbortError"; // the adapter's own limit to silence

async function aiSdk() {
  const name = "@ai-sdk/anthropic";
  const { createAnthropic } = await load(name);
  const { streamText } = await load("ai");
  const { AISDKError } = await load("@ai-sdk/provider");
  const look = async (base, timeout) => {
    const model = createAnthropic({ baseURL: `${base}/v1`, apiKey: "sk-ant-test-conformance" })("claude-sonnet-4-5");
    const abortSignal = AbortSignal.timeout(timeout * 5000); // of the whole, not of a silence
    const { fullStream } = streamText({ model, prompt: "Say something.", maxRetries: 0, abortSignal, onError() {} });
    const message = { text: "", tool_calls: [] };
    for await (const part of fullStream) {
      if (part.type === "text-delta") message.text += part.text;
      if (part.type === "tool-call")
        message.tool_calls.push({ id: part.toolCallId, name: part.toolName, input: part.input });
      if (part.type === "error") throw part.error;
      if (part.type === "abort") throw new DOMException("aborted", "TimeoutError");
    }
    return { message };
  };
  const hello = { name: `${name} ${versionOf(name)}`, sees: "message", shows: ["text"] };
  // What the API reports comes as it was sent: an object that is not one of JavaScript's errors.
  const documented = (error) =>
    !(error instanceof Error) || AISDKError.isInstance(error) || error.name === "TimeoutError";
  return { hello, look, documented };
}

async function fetchEventSourceOfMicrosoft() {
  const name = "@microsoft/fetch-event-source";
  globalThis.window ??= globalThis; // it is made for browsers, and needs their timers
  globalThis.document ??= { hidden: false, addEventListener() {}, removeEventListener() {} };
  const { fetchEventSource } = await load(name);
  const look = async (base, timeout, events) => {
    let timer;
    const signal = new AbortController();
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => signal.abort(), timeout * 1000);
    };
    alive();
    await fetchEventSource(`${base}/v1/messages`, {
      method: "POST",
      body: "{}",
      signal: signal.signal,
      openWhenHidden: true,
      onmessage: (event) => alive() ?? events.push([event.event || "message", event.data, null]),
      onerror: (error) => {
        throw error; // else it would connect anew
      },
    });
    clearTimeout(timer);
  };
  return { hello: { name: `${name} ${versionOf(name)}`, sees: "events" }, look, documented: isAbort };
}

async function langchain() {
  const name = "@langchain/anthropic";
  const { ChatAnthropic } = await load(name);
  const look = async (base, timeout) => {
    const model = new ChatAnthropic({
      model: "claude-sonnet-4-5",
      apiKey: "sk-ant-test-conformance",
      anthropicApiUrl: base,
      maxRetries: 0,
      clientOptions: { timeout: timeout * 1000, maxRetries: 0 },
    });
    let said;
    for await (const chunk of await model.stream("Say something.")) said = said ? said.concat(chunk) : chunk;
    const calls = (said?.tool_calls ?? []).map((call) => ({ id: call.id, name: call.name, input: call.args }));
    const stopReason = said?.additional_kwargs.stop_reason;
    return { message: { text: said?.text ?? "", tool_calls: calls, stop_reason: stopReason } };
  };
  const hello = {
    name: `${name} ${versionOf(name)}`,
    sees: "message",
    shows: ["text", "tool_calls", "stop_reason"],
  };
  // By its name: the package brings a copy of the SDK of its own.
  const documented = (error) => {
    for (let kind = Object.getPrototypeOf(error); kind; kind = Object.getPrototypeOf(kind))
      if (kind.constructor.name === "AnthropicError") return true;
    return false;
  };
  return { hello, look, documented };
}

const makers = {
  "eventsource-parser": eventsourceParser,
  "fetch-event-source": fetchEventSourceOfMicrosoft,
  "ai-sdk": aiSdk,
  "langchain-js": langchain,
};
const { hello, look, documented } = await makers[process.argv[2]]();
process.on("unhandledRejection", (error) => process.stderr.write(`unhandled: ${error}\n`));

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer = hello;
  if (question.base_url) {
    const events = [];
    try {
      answer = { events, ...(await look(question.base_url, question.timeout, events)), error: null };
    } catch (error) {
      const type = error?.name ?? String(error);
      const message = String(error?.message ?? error?.error?.message ?? error).slice(0, 300);
      answer = { events, error: { type, message, documented: documented(error) } };
    }
  }
  console.log(JSON.stringify(answer));
}
