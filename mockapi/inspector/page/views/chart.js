// Tokens, cache hits and cost over a conversation: a bar for each request, a line for what it all cost.

import { drawn, element } from "./element.js";
import { numeral } from "./format.js";

const HEIGHT_OF_CHART = 190;
const TOP = 16;
const BOTTOM = 26;
const SIDE = 52;

// What a token costs, in input tokens: the vendor's ratios for most models.
const COST_RATIOS = { fresh: 1, written: 1.25, read: 0.1, out: 5 };
const PARTS = [["read", "read from cache"], ["written", "written to cache"], ["fresh", "input"], ["out", "output"]];

/** A request's tokens by part, from [input, output, read, written]. */
export function tokenParts([fresh, out, read, written]) {
	return { fresh, out, read, written };
}

/** What a request cost, in input tokens. */
export function relativeCost(parts) {
	return Object.entries(COST_RATIOS).reduce((sum, [name, ratio]) => sum + ratio * parts[name], 0);
}

/** The chart. Points have `label`, `name` (what it says in full, if that is more), `tokens` as [input, output, read, written], and `onPick`, if they can be opened. */
export function usageChart(points, width = 860) {
	const known = points.filter((point) => point.tokens).slice(-120);
	if (!known.length) return element("div.quiet", {}, "No reply of this conversation tells its tokens.");
	const rows = known.map((point) => ({ ...point, parts: tokenParts(point.tokens) }));
	const most = Math.max(1, ...rows.map(({ parts }) => parts.fresh + parts.out + parts.read + parts.written));
	const inner = HEIGHT_OF_CHART - TOP - BOTTOM;
	const slot = (width - 2 * SIDE) / rows.length;
	const y = (tokens) => TOP + inner * (1 - tokens / most);
	let spent = 0;
	const costs = rows.map(({ parts }) => (spent += relativeCost(parts)));
	const bars = rows.map(({ parts, label, name: said = label, onPick }, at) => {
		let sum = 0;
		const title = PARTS.map(([name, words]) => `${numeral(parts[name])} ${words}`).join(", ");
		const rects = PARTS.map(([name]) => {
			const top = y(sum + parts[name]);
			const rect = drawn(`rect.${name}`, { x: SIDE + at * slot + slot * 0.15, width: Math.max(1, slot * 0.7), y: top, height: Math.max(0, y(sum) - top) });
			sum += parts[name];
			return rect;
		});
		const text = rows.length <= 24 ? drawn("text", { x: SIDE + (at + 0.5) * slot, y: HEIGHT_OF_CHART - 9, "text-anchor": "middle" }, label) : null;
		return drawn("g", onPick ? pickable(`${said}: ${title}`, onPick) : {}, drawn("title", {}, `${said}: ${title}`), rects, text);
	});
	const line = costs.map((cost, at) => `${at ? "L" : "M"}${SIDE + (at + 0.5) * slot} ${TOP + inner * (1 - cost / spent)}`).join("");
	const marks = [0, 0.5, 1].map((share) => [
		drawn("line.grid", { x1: SIDE, x2: width - SIDE, y1: y(most * share), y2: y(most * share) }),
		drawn("text", { x: SIDE - 8, y: y(most * share) + 4, "text-anchor": "end" }, shortNumeral(most * share)),
		drawn("text", { x: width - SIDE + 8, y: y(most * share) + 4 }, shortNumeral(spent * share)),
	]);
	const sums = rows.reduce((sum, { parts }) => ({ fresh: sum.fresh + parts.fresh, out: sum.out + parts.out, read: sum.read + parts.read, written: sum.written + parts.written }),
		{ fresh: 0, out: 0, read: 0, written: 0 });
	const asked = sums.fresh + sums.read + sums.written;
	const words = `${numeral(asked)} tokens in, ${Math.round((100 * sums.read) / Math.max(1, asked))} % of them read from the cache, ${numeral(sums.out)} out; cost as ${numeral(Math.round(spent))} input tokens`;
	return element("div.chart", {},
		element("p", {}, words),
		drawn("svg", { viewBox: `0 0 ${width} ${HEIGHT_OF_CHART}`, role: rows.some((row) => row.onPick) ? "group" : "img", "aria-label": words }, marks, bars, drawn("path.cost", { d: line })),
		element("div.legend", {}, PARTS.map(([name, said]) => element("span", {}, element("i", { style: { background: LEGEND[name] } }), said)),
			element("span", {}, "line: cost so far, in input tokens (cache read 0.1, cache write 1.25, output 5)")));
}

// A bar as a button: for the mouse, and for Tab and Enter.
function pickable(words, onPick) {
	const keydown = (event) => {
		if (event.key !== "Enter" && event.key !== " ") return;
		event.preventDefault();
		onPick();
	};
	return { role: "button", tabindex: 0, "aria-label": words, on: { click: onPick, keydown }, style: { cursor: "pointer" } };
}

const LEGEND = { read: "var(--teal)", written: "var(--warn)", fresh: "var(--blue)", out: "var(--violet)" };

function shortNumeral(number) {
	if (number >= 1e6) return `${(number / 1e6).toFixed(1)}M`;
	return number >= 1e4 ? `${Math.round(number / 1e3)}k` : number >= 1e3 ? `${(number / 1e3).toFixed(1)}k` : String(Math.round(number));
}
