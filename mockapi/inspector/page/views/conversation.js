// A request as a conversation: system prompt, tools, parameters, turns; what is new is marked.

import { blockView, cacheMark, resultMark } from "./blocks.js";
import { element, fold, lastItems, longText, seen } from "./element.js";
import { bodyValue, bytesOf, countOf, inLine, isObject, listOf, pointerKeys } from "./format.js";
import { jsonView } from "./json.js";

const TURNS_BEFORE = 3; // of those that are no news
const SHOWN_ELSEWHERE = new Set(["messages", "system", "tools"]);

/** The Messages request of a document: its own body, or what its body stands for; undefined if none. */
export function requestValue(exchange) {
	return bodyValue(exchange.request.plain ?? exchange.request.body);
}

/** How many turns two requests begin with alike. */
export function sharedTurns(before, now) {
	const [a, b] = [listOf(before?.messages), listOf(now?.messages)];
	let count = 0;
	while (count < a.length && count < b.length && sameTurn(a[count], b[count])) count += 1;
	return count;
}

function sameTurn(a, b) {
	return JSON.stringify(withoutBreakpoints(a)) === JSON.stringify(withoutBreakpoints(b));
}

// A breakpoint that moves on changes no turn; a text is a block of text.
function withoutBreakpoints(turn) {
	if (!isObject(turn)) return turn;
	const blocks = typeof turn.content === "string" ? [{ type: "text", text: turn.content }] : listOf(turn.content);
	return { role: turn.role, content: blocks.map((block) => (isObject(block) ? { ...block, cache_control: undefined } : block)) };
}

/** The number of the first turn that is new: since the request before, or since the last reply. */
export function firstNewTurn(value, before) {
	const turns = listOf(value?.messages);
	if (before) {
		const shared = sharedTurns(before, value);
		// The reply to the request before is no news: the client only says it again.
		const isReply = shared === listOf(before.messages).length && turns[shared]?.role === "assistant";
		return isReply && shared + 1 < turns.length ? shared + 1 : shared;
	}
	for (let at = turns.length - 1; at >= 0; at -= 1) if (turns[at]?.role === "assistant") return at + 1;
	return 0;
}

/** The request of a document as a conversation. `before` is the one before it, if it is known. */
export function conversationView(exchange, before = null) {
	const value = requestValue(exchange);
	if (!isObject(value) || !Array.isArray(value.messages)) return otherBody(exchange, value);
	const turns = value.messages;
	const from = firstNewTurn(value, before ? requestValue(before) : null);
	const refused = pointerKeys(exchange.refusal?.pointer ?? "");
	const shownFrom = refused[0] === "messages" ? Math.min(from - TURNS_BEFORE, Number(refused[1] ?? from)) : from - TURNS_BEFORE;
	const results = new Map();
	const calls = new Map();
	const news = new Set((before === null ? [] : turns.slice(from)).flatMap((turn) => listOf(turn?.content)));
	for (const block of turns.flatMap((turn) => listOf(turn?.content))) {
		if (block?.type === "tool_result") results.set(block.tool_use_id, block);
		if (typeof block?.id === "string" && /tool_use$/.test(String(block.type))) calls.set(block.id, String(block.name));
	}
	return element(
		"div.conversation", {},
		systemView(value.system),
		toolsView(value.tools, refused),
		parametersView(value, refused),
		lastItems(turns, (turn, at) => turnView(turn, at, before !== null && at >= from, { results, calls, news, refused }), "turn", turns.length - shownFrom),
		leftOut(exchange.request.body),
	);
}

function turnView(turn, at, isNew, known) {
	const role = isObject(turn) ? String(turn.role ?? "?") : "?";
	if (isObject(turn) && turn.type === "mockapi_left_out") {
		return element("div.quiet.gap", {}, `${countOf(turn.items, "turn")} left out: the body is too large to be shown whole`);
	}
	const content = isObject(turn) ? turn.content : turn;
	const blocks = Array.isArray(content) ? content : [content];
	const isRefused = known.refused[0] === "messages" && Number(known.refused[1]) === at;
	const shown = lastItems(blocks, (block, place) => {
		if (isRefused && (known.refused[3] === undefined || Number(known.refused[3]) === place)) {
			return element("div.refused", {}, element("span.kind", {}, ...seen(`refused: /${known.refused.join("/")}`)), blockView(block, known));
		}
		const call = block?.type === "tool_result" ? known.calls.get(block.tool_use_id) : undefined;
		return call === undefined ? blockView(block, known) : resultMark(block, call);
	}, "block");
	const kind = `div.turn.${role === "assistant" ? "assistant" : "user"}${isNew ? ".new" : ""}`;
	const label = element("div.role", {}, element("span", {}, ...seen(role)), element("span.number", {}, `turn ${at}`),
		isNew ? element("span.newmark", {}, "new") : null);
	return element(kind, {}, label, element("div.blocks", {}, shown));
}

function systemView(system) {
	if (system === undefined || system === null) return null;
	const blocks = typeof system === "string" ? [{ type: "text", text: system }] : listOf(system);
	const shown = blocks.map((block) =>
		element("div.block", {}, longText(typeof block?.text === "string" ? block.text : JSON.stringify(block), "div.text", 320),
			block?.cache_control ? cacheMark(block.cache_control) : null));
	return element("div.turn.system", {}, element("div.role", {}, "system"), element("div.blocks", {}, shown));
}

function toolsView(tools, refused) {
	const list = listOf(tools);
	if (!list.length) return null;
	const names = list.map((tool) => String(tool?.name ?? tool?.type ?? "?"));
	const summary = [element("b", {}, countOf(list.length, "tool")), " ", element("span.quiet", {}, ...seen(inLine(names.join(", "), 160)))];
	const one = (tool, at) => {
		const about = inLine(String(tool?.description ?? ""), 140);
		const parts = () => [
			tool?.description ? longText(String(tool.description), "div.text", 1500) : null,
			isObject(tool?.input_schema) ? jsonView(tool.input_schema) : jsonView(tool, 1),
			tool?.cache_control ? cacheMark(tool.cache_control) : null,
		].filter(Boolean);
		return fold([element("span.toolname", {}, ...seen(names[at])), " ", element("span.quiet", {}, ...seen(about))], parts, { open: refused[0] === "tools" && Number(refused[1]) === at });
	};
	return element("div.turn.tools", {}, element("div.role", {}, "tools"),
		element("div.blocks", {}, fold(summary, () => list.slice(0, 500).map(one), { open: refused[0] === "tools" })));
}

function parametersView(value, refused) {
	const rest = Object.entries(value).filter(([name]) => !SHOWN_ELSEWHERE.has(name));
	const chips = rest.map(([name, item]) => {
		const words = inLine(item, 200);
		return element(name === refused[0] ? "span.chip.refused" : "span.chip", {}, element("span.quiet", {}, ...seen(name)), " ", ...seen(words));
	});
	return element("div.turn.parameters", {}, element("div.role", {}, "asks"), element("div.chips", {}, chips));
}

function otherBody(exchange, value) {
	const { body, method, path } = exchange.request;
	if (body.kind === "none") return element("div.quiet", {}, ...seen(`${method} ${path} has no body.`));
	const isBroken = body.kind !== "base64" && value === undefined;
	return element("div.conversation", {},
		isBroken ? element("div.note", {}, "The body is not JSON: it is shown as it came.") : null,
		body.kind === "base64" ? element("div.quiet", {}, `${bytesOf(body.size)} that are not text`) :
			isBroken ? longText(body.text, "div.text.raw") : jsonView(value),
		leftOut(body));
}

/** How much of a body is not shown, in words; null if all is. */
export function leftOut(body) {
	if (!body || !body.left_out) return null;
	const words = `Of ${bytesOf(body.size)}, ${bytesOf(body.left_out)} are left out here; the journal has them all.`;
	return element("div.note", {}, words);
}
