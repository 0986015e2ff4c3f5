// Why a request got what it got: a miss, a refusal, faults, hints.

import { requestValue } from "./conversation.js";
import { button, element, seen } from "./element.js";
import { inLine, isObject, listOf, parsedJSON, pointerKeys } from "./format.js";
import { jsonView } from "./json.js";

const CONFIDENCE = {
	captured: "measured: an answer of the API itself",
	maintainer: "quoted by people who saw it",
	documentation: "documented by the vendor",
	double: "known from another test double alone",
};

/**
 * What is to be said about a document before all else; null if nothing is. `remedy` makes what a remedy of a
 * miss can be done with, from its words.
 */
export function findingsView(exchange, { remedy = () => null } = {}) {
	const found = [
		exchange.refusal ? refusalView(exchange) : null,
		exchange.miss ? missView(exchange.miss, remedy) : null,
		...listOf(exchange.faults).map(faultView),
		hintView(exchange),
		exchange.recording?.edited ? note("This recording was edited: it is no longer what the API said.") : null,
	].filter(Boolean);
	return found.length ? element("div.findings", {}, found) : null;
}

function note(...words) {
	return element("div.finding", {}, element("p", {}, ...words));
}

function refusalView(exchange) {
	const { refusal } = exchange;
	const facts = [
		["rule", element("code", {}, refusal.rule)],
		refusal.pointer ? ["where", element("code", {}, ...seen(refusal.pointer))] : null,
		refusal.summary ? ["refuses", refusal.summary] : null,
		refusal.models ? ["models", refusal.models] : null,
		refusal.source ? ["source", refusal.source] : null,
		refusal.confidence ? ["confidence", `${refusal.confidence} \u2013 ${CONFIDENCE[refusal.confidence] ?? ""}`] : null,
	].filter(Boolean);
	const there = refusal.pointer ? offence(requestValue(exchange), refusal.pointer) : null;
	return element("div.finding.bad", {},
		element("h2", {}, `Refused with ${refusal.status}`, element("span.kind", {}, ...seen(refusal.type))),
		element("p.said", {}, ...seen(refusal.message)),
		refusal.hint ? element("p", {}, ...seen(refusal.hint)) : null,
		factList(facts),
		there === null ? null : element("div.there", {}, element("code.quiet", {}, ...seen(there.place)), jsonView(there.value, 0, there.marked)));
}

/** The value at the keys of a JSON pointer, or undefined. */
export function valueAt(value, keys) {
	let at = value;
	for (const key of keys) {
		if (!(isObject(at) || Array.isArray(at)) || !Object.hasOwn(at, key)) return undefined;
		at = at[key];
	}
	return at;
}

// What is shown of a place: the block, turn, tool or member that it lies in, with the keys from there to it.
function offence(value, pointer) {
	const keys = pointerKeys(pointer);
	if (valueAt(value, keys) === undefined) return null;
	const depth = { messages: keys.length > 3 ? 4 : 2, tools: 2, system: 2 }[keys[0]] ?? 1;
	const outer = keys.slice(0, depth);
	return { place: `/${outer.join("/")}`, value: valueAt(value, outer), marked: keys.slice(depth) };
}

function factList(facts) {
	return element("dl.factlist", {}, facts.map(([name, said]) => [element("dt", {}, name), element("dd", {}, said)]));
}

function missView(miss, remedy) {
	const nearest = miss.nearest
		? ["The nearest is ", element("code", {}, ...seen(`${miss.nearest.cassette}#${miss.nearest.interaction}`)), ". It differs in:"]
		: ["There is no recording to compare it with."];
	return element("div.finding.bad", {},
		element("h2", {}, "No recording matches"),
		element("p", {}, nearest),
		miss.differences.map(differenceView),
		element("ul.remedies", {}, miss.remedies.map((words) => element("li", {}, ...seen(words), remedy(words)))));
}

function differenceView({ path, recorded, received }) {
	const side = (kind, words, text) => element(`div.${kind}`, {}, element("span.quiet", {}, words),
		element("span.text", {}, text === null ? element("i", {}, "nothing") : bracketed(text, kind)));
	return element("div.difference", {}, element("code.path", {}, ...seen(path)),
		side("recorded", "recorded", recorded), side("received", "received", received));
}

// Of texts the server tells the changed words in brackets; other values it tells as JSON.
function bracketed(text, kind) {
	const mark = kind === "recorded" ? "del" : "ins";
	const parts = text.split(/(\[[^\]]*\])/);
	if (parts.length === 1 || parsedJSON(text) !== undefined) return element(mark, {}, ...seen(inLine(text, 2000)));
	return parts.map((part) => (/^\[.*\]$/s.test(part) ? element(mark, {}, ...seen(part.slice(1, -1))) : seen(part)));
}

function faultView(fault) {
	const words = fault.skipped
		? ["The fault ", element("code", {}, fault.name), " was ordered and does not fit this reply: ", ...seen(fault.skipped)]
		: ["The fault ", element("code", {}, ...seen(fault.name)), " was ordered and done. ", fault.summary ?? ""];
	return element("div.finding.warn", {}, element("h2", {}, "Fault"), element("p", {}, words));
}

function hintView(exchange) {
	const hint = exchange.reply.headers.find(([name]) => name.toLowerCase() === "x-mockapi-hint");
	if (!hint || exchange.refusal) return null;
	return element("div.finding.warn", {}, element("p", {}, ...seen(hint[1])));
}

/** A button that copies a text. */
export function copyButton(text, words = "copy") {
	const made = button(words, async () => {
		try {
			await navigator.clipboard.writeText(text);
			made.textContent = "copied";
		} catch {
			made.textContent = "cannot copy here";
		}
		setTimeout(() => { made.textContent = words; }, 1500);
	}, { class: "small" });
	return made;
}
