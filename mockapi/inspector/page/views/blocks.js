// Content blocks, of requests and of replies alike.

import { element, fold, longText, seen } from "./element.js";
import { bytesOf, countOf, inLine, isObject, listOf, numeral } from "./format.js";
import { jsonView } from "./json.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/**
 * One content block. `results` are the tool results by the id of their call, which are shown with it,
 * `news` those of them that are new, `calls` the names of calls by their id.
 */
export function blockView(block, { results = new Map(), calls = new Map(), news = new Set() } = {}) {
	if (typeof block === "string") return longText(block);
	if (!isObject(block)) return jsonView(block);
	const shown = shownBlock(block, results, calls, news);
	const marks = [];
	if (block.cache_control) marks.push(cacheMark(block.cache_control));
	return element("div.block", { "data-type": String(block.type) }, shown, marks);
}

function shownBlock(block, results, calls, news) {
	switch (block.type) {
		case "text":
			return textBlock(block);
		case "thinking": {
			const words = typeof block.thinking === "string" ? block.thinking : "";
			const signed = block.signature ? " · signed" : "";
			return fold(["thinking ", quiet(`${countOf(words.length, "character")}${signed}`)], () => longText(words), {
				open: block.isOpen === true,
				kind: "details.fold.thinking",
			});
		}
		case "redacted_thinking":
			return quiet(`redacted thinking, ${bytesOf(String(block.data ?? "").length)}`);
		case "tool_use":
		case "server_tool_use":
		case "mcp_tool_use":
			return callView(block, results.get(block.id), news);
		case "image":
			return pictureView(block.source);
		case "document":
			return documentView(block);
		case "mockapi_left_out":
			return quiet(`${countOf(block.items, "item")} left out: the body is too large to be shown whole`);
		case "tool_result":
			return resultView(block, calls.get(block.tool_use_id));
		default:
			return element("div", {}, element("span.kind", {}, ...seen(String(block.type ?? "block"))), jsonView(block, 1));
	}
}

function quiet(words) {
	return element("span.quiet", {}, words);
}

function textBlock(block) {
	const text = typeof block.text === "string" ? block.text : "";
	const citations = listOf(block.citations);
	const shown = longText(text);
	if (block.isOpen) shown.append(element("span.caret"));
	if (!citations.length) return shown;
	return [shown, fold(quiet(countOf(citations.length, "citation")), () => jsonView(citations))];
}

function callView(block, result, news) {
	const input = block.input ?? {};
	const head = element(
		"div.callhead", {},
		element("span.toolname", {}, ...seen(String(block.name ?? "tool"))),
		idView(block.id),
		block.type === "tool_use" ? null : quiet(String(block.type).replace(/_/g, " ")),
	);
	const shown = typeof input === "string" ? longText(input, "div.text.string") : jsonView(input);
	return element("div.call", {}, head, shown, block.isOpen ? element("span.caret") : null,
		result ? resultView(result, null, news.has(result)) : null);
}

function idView(id) {
	return element("span.id", {}, ...seen(inLine(String(id ?? ""), 40)));
}

function resultView(result, call, isNew = false) {
	const failed = result.is_error === true;
	const words = failed ? "error" : "result";
	const head = element("div.resulthead", {}, element("span.kind", {}, words),
		call ? element("span.quiet", {}, "of ", ...seen(call)) : null, idView(result.tool_use_id));
	const content = result.content;
	const parts = Array.isArray(content) ? content.map((item) => blockView(item)) : [longText(String(content ?? ""))];
	return element(`div.result${failed ? ".failed" : ""}${isNew ? ".new" : ""}`, {}, head, parts,
		result.cache_control ? cacheMark(result.cache_control) : null);
}

/** A tool result that stands with its call, where it was said. */
export function resultMark(block, call) {
	return element("div.block.joined", {}, quiet(["result of ", ...seen(call), " (shown with its call)"]),
		" ", idView(block.tool_use_id), block.cache_control ? cacheMark(block.cache_control) : null);
}

function pictureView(source) {
	if (isObject(source) && source.type === "base64" && PICTURES.has(source.media_type)) {
		const data = String(source.data ?? "");
		const size = bytesOf(Math.floor((data.length * 3) / 4));
		if (!/^[A-Za-z0-9+/=\s]+$/.test(data)) return quiet(`${source.media_type}: its data were left out`);
		const picture = element("img.picture", {
			src: `data:${source.media_type};base64,${data}`, alt: "image of the request", loading: "lazy",
		});
		const notes = element("div.quiet", {}, `${source.media_type}, ${size}`);
		picture.addEventListener("error", () => {
			picture.remove();
			notes.append(": cannot be shown as an image");
		});
		return element("div", {}, picture, notes);
	}
	return element("div", {}, element("span.kind", {}, "image"), jsonView(source ?? null, 1));
}

function documentView(block) {
	const source = isObject(block.source) ? block.source : {};
	const words = [block.title, source.media_type, source.type].filter((word) => typeof word === "string");
	const what = element("div", {}, element("span.kind", {}, "document"), " ", ...seen(words.join(" · ")));
	if (source.type === "text" && typeof source.data === "string") return [what, fold("text", () => longText(source.data))];
	if (source.type === "base64") return [what, quiet(` ${bytesOf(Math.floor((String(source.data).length * 3) / 4))}`)];
	return [what, jsonView(source, 1)];
}

/** A cache breakpoint. */
export function cacheMark(control) {
	const ttl = isObject(control) && typeof control.ttl === "string" ? ` · ${control.ttl}` : "";
	return element("div.breakpoint", {}, element("span", {}, `cache breakpoint${ttl}`));
}

const USAGE_WORDS = [
	["input_tokens", "in"],
	["cache_read_input_tokens", "read from cache"],
	["cache_creation_input_tokens", "written to cache"],
	["output_tokens", "out"],
];

/** The tokens of a message in a line. */
export function usageView(usage) {
	const parts = USAGE_WORDS.filter(([name]) => Number.isFinite(usage[name])).map(([name, words]) =>
		element("span", {}, element("b", {}, numeral(usage[name])), ` ${words}`),
	);
	return parts.length ? element("div.usage", {}, parts) : null;
}
