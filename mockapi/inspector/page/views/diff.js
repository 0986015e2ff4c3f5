// What differs: two texts word by word, and two requests of a conversation.

import { requestValue, sharedTurns } from "./conversation.js";
import { element, seen } from "./element.js";
import { countOf, inLine, isObject, listOf, numeral } from "./format.js";

const MOST_WORDS = 1500;
const CONTEXT = 6;

/** Two texts as parts: ["same" | "gone" | "came", text]. */
export function wordDiff(before, now) {
	const a = before.match(/\s+|\w+|[^\s\w]/g) ?? [];
	const b = now.match(/\s+|\w+|[^\s\w]/g) ?? [];
	let start = 0;
	while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
	let end = 0;
	while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
	const parts = [["same", a.slice(0, start).join("")]];
	parts.push(...middleDiff(a.slice(start, a.length - end), b.slice(start, b.length - end)));
	parts.push(["same", a.slice(a.length - end).join("")]);
	return parts.filter(([, text]) => text !== "");
}

function middleDiff(a, b) {
	if (!a.length || !b.length || a.length > MOST_WORDS || b.length > MOST_WORDS || a.length * b.length > 1e6) {
		return [["gone", a.join("")], ["came", b.join("")]];
	}
	// The longest common subsequence, from the end.
	const width = b.length + 1;
	const lengths = new Uint16Array((a.length + 1) * width);
	for (let i = a.length - 1; i >= 0; i -= 1) {
		for (let j = b.length - 1; j >= 0; j -= 1) {
			lengths[i * width + j] = a[i] === b[j] ? lengths[(i + 1) * width + j + 1] + 1
				: Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
		}
	}
	const parts = [];
	const add = (kind, word) => {
		if (parts.length && parts[parts.length - 1][0] === kind) parts[parts.length - 1][1] += word;
		else parts.push([kind, word]);
	};
	let i = 0;
	let j = 0;
	while (i < a.length && j < b.length) {
		if (a[i] === b[j]) {
			add("same", a[i]);
			i += 1;
			j += 1;
		} else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) add("gone", a[i++]);
		else add("came", b[j++]);
	}
	while (i < a.length) add("gone", a[i++]);
	while (j < b.length) add("came", b[j++]);
	return parts;
}

/** Two texts as one, with what went and what came marked; what is alike is shortened. */
export function diffView(before, now) {
	const parts = wordDiff(before, now);
	const nodes = parts.map(([kind, text], at) => {
		if (kind === "gone") return element("del", {}, ...seen(text));
		if (kind === "came") return element("ins", {}, ...seen(text));
		return seen(shortened(text, at === 0, at === parts.length - 1));
	});
	return element("div.diff.text", {}, nodes);
}

function shortened(text, isFirst, isLast) {
	const words = text.split(/(?<=\s)/);
	if (words.length <= 3 * CONTEXT) return text;
	const head = isFirst ? "" : words.slice(0, CONTEXT).join("");
	const tail = isLast ? "" : words.slice(-CONTEXT).join("");
	return `${head}\u2026 ${tail}`;
}

const MOST_CHANGES = 40;

/** The places in which two values differ: path, before, now; undefined where there is nothing. */
export function changesOf(before, now, path = "", found = []) {
	if (found.length >= MOST_CHANGES || before === now) return found;
	const bothLists = Array.isArray(before) && Array.isArray(now);
	if (bothLists || (isObject(before) && isObject(now))) {
		const keys = bothLists ? [...Array(Math.max(before.length, now.length)).keys()] : [...new Set([...Object.keys(before), ...Object.keys(now)])];
		for (const key of keys) changesOf(before[key], now[key], bothLists ? `${path}[${key}]` : path ? `${path}.${key}` : String(key), found);
	} else if (typeof before !== typeof now || JSON.stringify(before) !== JSON.stringify(now)) {
		found.push({ path: path || "body", before, now });
	}
	return found;
}

/** One change: where, and what. */
export function changeView({ path, before, now }) {
	const text = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 1));
	const short = (value) => (value.length > 3000 ? `${value.slice(0, 3000)}\u2026` : value);
	let shown;
	if (before === undefined) shown = element("div.diff.text", {}, element("ins", {}, ...seen(short(text(now)))));
	else if (now === undefined) shown = element("div.diff.text", {}, element("del", {}, ...seen(short(text(before)))));
	else shown = diffView(text(before), text(now));
	return element("div.change", {}, element("code.path", {}, ...seen(path)), shown);
}

/** What differs from the request before in its conversation; null if it is not known. */
export function changesView(exchange, before) {
	const now = requestValue(exchange);
	const was = before ? requestValue(before) : undefined;
	if (!isObject(now) || !isObject(was)) return null;
	const shared = sharedTurns(was, now);
	const [old, turns] = [listOf(was.messages), listOf(now.messages)];
	const added = turns.length - shared;
	const rest = (value) => ({ ...value, messages: undefined });
	const outside = changesOf(rest(was), rest(now));
	const inside = changesOf(old.slice(shared), turns.slice(shared, old.length)).map((change) => ({
		...change, path: change.path === "body" ? `messages[${shared}]` : `messages${change.path.replace(/^\[(\d+)\]/, (_, at) => `[${Number(at) + shared}]`)}`,
	}));
	const place = before.number === null ? "" : ` (entry ${numeral(before.number)})`;
	const kept = element("p", {}, shared ? ["The first ", element("b", {}, countOf(shared, "turn")), shared === 1 ? " is" : " are"] : "No turn is",
		` as in the request before${place}, `, element("b", {}, countOf(Math.max(0, added), "turn")), added === 1 ? " follows." : " follow.");
	const isSame = !outside.length && !inside.length && added === 0 && shared === old.length;
	if (isSame) return element("div.changes", {}, element("p", {}, `The same as the request before${place}.`));
	const broken = cacheVerdict(was, now, outside, shared);
	return element("div.changes", {}, kept, broken, [...outside, ...inside].map(changeView));
}

// The cache holds a prefix in the order tools, system, turns: what differs early makes all after it new.
function cacheVerdict(was, now, outside, shared) {
	const place = outside.find(({ path }) => /^(?:model|tools|system|tool_choice|thinking)\b/.test(path));
	const rewrites = shared < listOf(was.messages).length;
	if (!JSON.stringify(was).includes('"cache_control"')) return null;
	if (!place && !rewrites) return element("p.quiet", {}, "The cached prefix is the same: it can be read again.");
	const where = place ? place.path : `messages[${shared}]`;
	return element("div.note.bad", {}, "The cached prefix ends at ", element("code", {}, ...seen(inLine(where, 80))),
		": what was cached behind it cannot be read again.");
}
