// JSON as a tree that is made as far as it is opened.

import { element, fold, longText, seen } from "./element.js";
import { countOf, isObject } from "./format.js";

const OPEN_DEPTH = 2;
const SHORT_JSON = 90;
const MOST_MEMBERS = 200;

/**
 * A JSON value; small ones in a line, others as a tree. `marked` are the keys that lead from it to a part that is
 * highlighted, and shown open.
 */
export function jsonView(value, depth = 0, marked = null) {
	if (marked?.length === 0) return element("div.marked", {}, jsonView(value, depth));
	if (typeof value === "string" && value.length > SHORT_JSON) {
		return element("div.json", {}, longText(value, "div.text.string", 1500));
	}
	const isBranch = isObject(value) || Array.isArray(value);
	const leads = marked !== null && isBranch;
	const short = leads ? null : shortJSON(value);
	if (short !== null) return element("code.json", {}, ...short);
	const isList = Array.isArray(value);
	const entries = isList ? value.map((item, index) => [index, item]) : Object.entries(value);
	const words = isList ? countOf(entries.length, "item") : countOf(entries.length, "member");
	const members = () => {
		const shown = entries.slice(0, MOST_MEMBERS).map(([key, item]) =>
			element("div.member", {}, element("span.key", {}, ...seen(String(key))), jsonView(item, depth + 1, leads && String(key) === marked[0] ? marked.slice(1) : null)),
		);
		const rest = entries.length - shown.length;
		if (rest > 0) shown.push(element("div.quiet", {}, `and ${countOf(rest, "other")}`));
		return element("div.members", {}, shown);
	};
	return fold(`${isList ? "[" : "{"} ${words} ${isList ? "]" : "}"}`, members, {
		open: leads || (depth < OPEN_DEPTH && entries.length <= 40),
		kind: "details.json.tree",
	});
}

/** A value in one line, coloured; null where it has no room there. */
function shortJSON(value) {
	if (value === undefined) return [element("span.quiet", {}, "nothing")];
	const isBranch = isObject(value) || Array.isArray(value);
	if (isBranch && Object.keys(value).length > 12) return null;
	const text = JSON.stringify(value);
	if (isBranch && text.length > SHORT_JSON) return null;
	return colouredJSON(text);
}

const JSON_TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g;

/** The text of a JSON value with its parts in colours. */
export function colouredJSON(text) {
	const nodes = [];
	let at = 0;
	for (const found of text.matchAll(JSON_TOKENS)) {
		if (found.index > at) nodes.push(text.slice(at, found.index));
		const kind = found[2] ? "key" : found[1] ? "string" : "number";
		nodes.push(element(`span.${kind}`, {}, ...seen(found[1] ?? found[0])));
		if (found[2]) nodes.push(found[2]);
		at = found.index + found[0].length;
	}
	nodes.push(text.slice(at));
	return nodes;
}
