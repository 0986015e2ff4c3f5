// A request as a program that sends it: curl, Python, a test of pytest. Keys are never part of it.

import { bodyValue, isObject, listOf } from "./views/format.js";
import { replyRead } from "./views/stream.js";

const KEPT = new Set(["anthropic-version", "anthropic-beta", "content-type"]);
const TEST_KEY = "sk-ant-test-1";

function fieldsOf(exchange) {
	const kept = exchange.request.headers.filter(([name]) => KEPT.has(name.toLowerCase()));
	return [["x-api-key", TEST_KEY], ...kept];
}

function targetOf({ request }, base) {
	return `${base}${request.path}${request.query ? `?${request.query}` : ""}`;
}

const shell = (text) => `'${text.replace(/'/g, "'\\''")}'`;

/** A command line of curl. */
export function asCurl(exchange, base) {
	const { request } = exchange;
	const lines = [`curl ${shell(targetOf(exchange, base))}`];
	if (request.method !== "POST") lines.push(`  -X ${request.method}`);
	for (const [name, value] of fieldsOf(exchange)) lines.push(`  -H ${shell(`${name}: ${value}`)}`);
	if (request.body.kind !== "none") lines.push(`  --data-binary ${shell(request.body.text)}`);
	return `${lines.join(" \\\n")}\n`;
}

/** A value as Python writes it. */
export function asPythonValue(value, indent = "") {
	const inner = `${indent}    `;
	if (value === null || value === undefined) return "None";
	if (typeof value === "boolean") return value ? "True" : "False";
	if (typeof value === "number") return String(value);
	if (typeof value === "string") return pythonText(value);
	const isList = Array.isArray(value);
	const parts = isList ? value.map((item) => asPythonValue(item, inner))
		: Object.entries(value).map(([key, item]) => `${pythonText(key)}: ${asPythonValue(item, inner)}`);
	const [open, close] = isList ? ["[", "]"] : ["{", "}"];
	const line = `${open}${parts.join(", ")}${close}`;
	return line.length + indent.length < 90 && !line.includes("\n") ? line
		: `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

// JSON's escapes are Python's, but for surrogates in pairs, which stay as they are.
function pythonText(text) {
	return JSON.stringify(text).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A program with the official client. */
export function asPython(exchange, base) {
	const value = bodyValue(exchange.request.body);
	if (exchange.request.path !== "/v1/messages" || !isObject(value)) {
		return `import httpx\n\nreply = httpx.request(\n    ${pythonText(exchange.request.method)},\n    ${pythonText(targetOf(exchange, base))},\n`
			+ `    headers=${asPythonValue(Object.fromEntries(fieldsOf(exchange)), "    ")},\n`
			+ (exchange.request.body.kind === "none" ? "" : `    content=${pythonText(exchange.request.body.text)},\n`)
			+ `)\nprint(reply.status_code, reply.text)\n`;
	}
	const { stream, ...body } = value;
	const betas = exchange.request.headers.find(([name]) => name.toLowerCase() === "anthropic-beta");
	const extra = betas ? `    extra_headers={"anthropic-beta": ${pythonText(betas[1])}},\n` : "";
	const call = `**${asPythonValue(body, "    ")},\n${extra ? `${extra}` : ""}`;
	const head = `import anthropic\n\nclient = anthropic.Anthropic(base_url=${pythonText(base)}, api_key=${pythonText(TEST_KEY)})\n`;
	if (stream === true) {
		return `${head}with client.messages.stream(\n    ${call}) as stream:\n    for text in stream.text_stream:\n        print(text, end="", flush=True)\n`;
	}
	return `${head}message = client.messages.create(\n    ${call})\nprint(message)\n`;
}

/** A test of pytest that scripts this conversation's replies; `exchanges` in their order. */
export function asPytest(exchanges) {
	const lines = ["def test_conversation(messages_api):"];
	for (const exchange of exchanges) lines.push(...replyLines(exchange));
	lines.push("    ...  # run the code under test here", "", `    assert len(messages_api.requests) == ${exchanges.length}`);
	return `${lines.join("\n")}\n`;
}

function replyLines(exchange) {
	const { message } = replyRead(exchange.reply);
	if (!message) return [`    # ${exchange.request.method} ${exchange.request.path} is answered without a script`];
	if (message.error) {
		return [`    messages_api.reply_error(${exchange.reply.status}, ${pythonText(String(message.error.type ?? "api_error"))}, ${pythonText(String(message.error.message ?? ""))})`];
	}
	const blocks = listOf(message.content).filter((block) => isObject(block) && block.type !== "thinking" && block.type !== "redacted_thinking");
	const isPlain = blocks.every((block) => block.type === "text" && !block.citations?.length);
	if (isPlain) return [`    messages_api.reply(${blocks.map((block) => pythonText(block.text)).join(", ") || '""'})`];
	const parts = blocks.map((block) => {
		const { isOpen, partial, caller, ...kept } = block;
		return `        ${asPythonValue(kept, "        ")},`;
	});
	return ["    messages_api.reply(", ...parts, "    )"];
}
