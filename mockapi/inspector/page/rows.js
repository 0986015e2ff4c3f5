// The list: only the rows that can be seen are made.

import { clock, duration, hereSaid, numeral } from "./views/format.js";
import { drawn, element, seenText } from "./views/element.js";
import { sourceMark, statusMark } from "./views/exchange.js";
import { isAgain, isBad, keyOf } from "./store.js";

const HEIGHT = 46;
const NAMED_HEIGHT = 64; // with a line for the session, so that long names can be told apart
const BEYOND = 8;
const HUES = [222, 160, 28, 285, 340, 190, 95, 55];

/** A list of rows that scrolls; `onSelect` is told the row that is chosen. */
export class RowList {
	constructor(store, onSelect, onOpen) {
		this.store = store;
		this.onSelect = onSelect;
		this.selected = null;
		this.follows = true;
		this.sheet = element("div.sheet", { role: "presentation" });
		this.node = element("div.rows", {
			tabindex: 0, role: "listbox", "aria-label": "Requests",
			on: {
				scroll: () => this.#scrolled(),
				keydown: (event) => event.key === "Enter" && onOpen(),
				click: (event) => {
					const row = event.target.closest(".row");
					if (row) this.select(row.dataset.key);
				},
			},
		}, this.sheet);
		new ResizeObserver(() => this.draw()).observe(this.node);
	}

	get #height() {
		return this.store.sessions.size > 1 ? NAMED_HEIGHT : HEIGHT;
	}

	#scrolled() {
		const { scrollTop, clientHeight, scrollHeight } = this.node;
		this.follows = scrollTop + clientHeight >= scrollHeight - this.#height / 2;
		this.draw();
	}

	/** Show the store as it is now. */
	draw() {
		const { shown, lanes } = this.store;
		this.sheet.style.setProperty("height", `${shown.length * this.#height}px`);
		if (this.follows) this.node.scrollTop = shown.length * this.#height;
		const first = Math.max(0, Math.floor(this.node.scrollTop / this.#height) - BEYOND);
		const last = Math.min(shown.length, Math.ceil((this.node.scrollTop + this.node.clientHeight) / this.#height) + BEYOND);
		const made = [];
		for (let at = first; at < last; at += 1) made.push(this.#row(shown[at], lanes[at], at));
		this.sheet.replaceChildren(...made);
		const active = this.selected && shown.some((row) => keyOf(row) === this.selected);
		if (active) this.node.setAttribute("aria-activedescendant", idOf(this.selected));
		else this.node.removeAttribute("aria-activedescendant");
	}

	#row(row, lane, at) {
		const key = keyOf(row);
		const isChosen = key === this.selected;
		const under = [row.model, row.rule ?? row.faults ?? row.stop, hereSaid(row.said ?? "")]
			.filter(Boolean).map(seenText).join(" · ");
		const words = row.words || `${row.method} ${row.path}`;
		const isLeft = row.status < 400 && isBad(row); // those tokens were never sent
		const tokens = row.tokens && !isLeft ? `${numeral(row.tokens[0] + row.tokens[2] + row.tokens[3])} → ${numeral(row.tokens[1])}` : "";
		const isNamed = this.#height === NAMED_HEIGHT;
		const session = row.name ?? `session ${row.session}`;
		const isSending = row.seconds === null && !row.complete;
		const took = isSending ? "sending…" : isAgain(row) ? `again from entry ${row.sent_again_from}` : row.seconds === null ? "" : duration(row.seconds);
		return element(`div.row${isNamed ? ".named" : ""}${isSending ? ".sending" : ""}`, {
			role: "option", id: idOf(key), "aria-selected": String(isChosen), "data-key": key, "data-bad": isBad(row),
			"aria-setsize": this.store.shown.length, "aria-posinset": at + 1, style: { top: `${at * this.#height}px` },
		},
			laneView(lane, this.#height),
			element("div.line", {}, element("span.time", {}, clock(row.at)),
				element("span.words", { title: seenText(words) }, seenText(words)), statusMark(row.status, isSending ? "sending" : isLeft ? "left" : "whole")),
			element("div.line.under", {}, element("span.place", {}, placeOf(row)),
				element("span.words", {}, sourceMark(row.source), under ? ` · ${under}` : ""),
				element("span.took", { title: tokens ? `${tokens.replace(" → ", " tokens in, those of the cache included; ")} out` : null }, [tokens, took].filter(Boolean).join(" · "))),
			isNamed ? element("div.line.under", {}, element("span.words", { title: seenText(session) }, seenText(session))) : null);
	}

	/** Choose a row by its key. */
	select(key) {
		this.selected = key;
		const at = this.store.shown.findIndex((row) => keyOf(row) === key);
		if (at >= 0) this.#bringIntoView(at);
		this.draw();
		const row = this.store.byKey.get(key);
		if (row) this.onSelect(row);
	}

	/** Choose a row so many places on. */
	move(steps) {
		const { shown } = this.store;
		if (!shown.length) return;
		const now = shown.findIndex((row) => keyOf(row) === this.selected);
		const from = now < 0 ? (steps > 0 ? -1 : shown.length) : now;
		const to = Math.min(shown.length - 1, Math.max(0, from + steps));
		this.select(keyOf(shown[to]));
	}

	#bringIntoView(at) {
		const { clientHeight, scrollTop } = this.node;
		if (at * this.#height < scrollTop) this.node.scrollTop = at * this.#height;
		else if ((at + 1) * this.#height > scrollTop + clientHeight) this.node.scrollTop = (at + 1) * this.#height - clientHeight;
		this.follows = at === this.store.shown.length - 1;
	}
}

// Entries are counted in the session, turns in the conversation, from 0 as in `messages[0]`.
function placeOf(row) {
	return row.turns === null || isAgain(row) ? `entry ${row.number}` : `entry ${row.number}, turn ${row.turns - 1}`;
}

function idOf(key) {
	return `row-${key.replace(/[^\w-]/g, "-")}`;
}

function colour(index) {
	return `hsl(${HUES[index]} 62% 52%)`;
}

function laneView({ lane, colour: own, drawn: lines, goesOn }, height) {
	const x = (at) => 7 + at * 7;
	const parts = lines.map((line, at) => (line < 0 ? null : drawn("line", {
		x1: x(at), x2: x(at), y1: 0, y2: goesOn[at] ? height : 14, stroke: colour(line),
	})));
	return drawn("svg.lane", { width: 34, height, "aria-hidden": "true" },
		drawn("title", {}, "Requests on one line of one colour are one conversation: they begin with the same turn."), parts,
		drawn("circle", { cx: x(lane), cy: 14, r: 4.5, fill: colour(own) }));
}
