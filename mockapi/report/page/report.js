// The report: tests or cassettes on the left, one of them on the right, with its exchanges.

import { usageChart } from "./views/chart.js";
import { button, element, fold, seen, seenText } from "./views/element.js";
import { exchangeView, sourceMark, statusMark } from "./views/exchange.js";
import { requestValue, sharedTurns } from "./views/conversation.js";
import { countOf, duration, inLine, isObject, listOf } from "./views/format.js";
import { replyRead } from "./views/stream.js";

const FAILED = new Set(["failed", "error"]);
const WRONG = new Set(["unmatched", "invalid"]);
const AT_ONCE = 200;
const NEIGHBOURS = 50;
const TOKENS = ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];

const found = await documentOf(document.getElementById("document").textContent);
const groups = found.groups.map((group, number) => ({ ...group, number }));
const failures = groups.filter((group) => FAILED.has(group.outcome));
const state = { shown: [], group: null, exchange: 0, only: failures.length > 0, text: "", hasChart: false };

async function documentOf(text) {
	const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
	return new Response(stream).json();
}

// The bodies of an exchange are lists of pieces until somebody looks at it.
function whole(exchange) {
	for (const body of [exchange.request.body, exchange.request.plain, exchange.reply.body]) {
		if (body && body.text === undefined) body.text = body.pieces.map((at) => found.pieces[at]).join("");
	}
	return exchange;
}

// --- the list -----------------------------------------------------------------------------------------

const isRun = groups.some((group) => group.outcome);
const rows = element("div", { role: "listbox", tabindex: 0, "aria-label": isRun ? "Tests" : "Cassettes" });
const rest = element("div");
const detail = element("main.pane.detail", { tabindex: 0, "aria-label": "Requests and replies" });
const count = element("span.quiet", { role: "status" });
const search = element("input", {
	type: "search", "aria-label": "Search names", placeholder: "Search names  /",
	on: { input: () => { state.text = search.value.toLowerCase(); list(); } },
});
const onlyFailed = button("Failed only", () => { state.only = !state.only; list(); }, { hidden: !failures.length });

function list() {
	onlyFailed.setAttribute("aria-pressed", String(state.only));
	state.shown = (state.only ? failures : groups).filter((group) => group.name.toLowerCase().includes(state.text));
	rows.replaceChildren();
	more(0);
	count.textContent = state.shown.length === groups.length
		? counted(groups.length) : `${state.shown.length} of ${counted(groups.length)}`;
}

function counted(number) {
	return countOf(number, isRun ? "test" : "cassette");
}

function more(from) {
	for (const group of state.shown.slice(from, from + AT_ONCE)) rows.append(rowOf(group));
	const left = state.shown.length - from - AT_ONCE;
	rest.replaceChildren(...(left > 0
		? [button(`show ${Math.min(left, AT_ONCE)} of ${left} more`, () => more(from + AT_ONCE), { class: "more" })] : []));
}

function rowOf(group) {
	return element("div.group", {
		role: "option", id: `group-${group.number}`, "aria-selected": String(group === state.group),
		on: { click: () => open(group) },
	},
		group.outcome ? element("span.outcome", { "data-outcome": group.outcome }, group.outcome) : null,
		element("span.name", { title: seenText(group.name) }, ...seen(group.name)),
		element("span.quiet", {}, String(group.exchanges.length)));
}

function move(steps) {
	const at = state.shown.indexOf(state.group);
	const next = state.shown[Math.min(state.shown.length - 1, Math.max(0, at + steps))];
	if (!next) return;
	while (!document.getElementById(`group-${next.number}`)) rest.querySelector("button").click();
	open(next);
}

// --- one of them --------------------------------------------------------------------------------------

function open(group) {
	state.group = group;
	const wrong = group.exchanges.findIndex((exchange) => WRONG.has(exchange.reply.source));
	const failed = group.exchanges.findIndex((exchange) => exchange.reply.status >= 400);
	state.exchange = FAILED.has(group.outcome) ? Math.max(0, wrong >= 0 ? wrong : failed) : 0;
	for (const row of rows.querySelectorAll('[aria-selected="true"]')) row.setAttribute("aria-selected", "false");
	const row = document.getElementById(`group-${group.number}`);
	row?.setAttribute("aria-selected", "true");
	row?.scrollIntoView({ block: "nearest" });
	rows.setAttribute("aria-activedescendant", `group-${group.number}`);
	draw();
}

function draw() {
	const { group } = state;
	const exchange = group.exchanges[state.exchange];
	const from = Math.max(0, state.exchange - NEIGHBOURS);
	const near = group.exchanges.slice(from, state.exchange + NEIGHBOURS);
	const others = group.exchanges.length - near.length;
	detail.replaceChildren(
		element("header.grouphead", {},
			element("h1", {}, group.outcome ? element("span.outcome", { "data-outcome": group.outcome }, group.outcome) : null, element("span", {}, ...seen(group.name))),
			group.words ? element("pre.verdict", {}, ...seen(group.words)) : null,
			element("ol.exchanges", {}, near.map((item, at) => element("li", {}, tabOf(item, from + at))),
				others ? element("li.quiet", {}, `and ${countOf(others, "request")} before and after`) : null),
			near.length > 1 ? chartOf(near, from) : null),
		exchange ? exchangeView(whole(exchange), { before: beforeOf(group, state.exchange) }) : element("div.empty", {}, element("h2", {}, "No request came"), "Nothing was asked here."));
	detail.scrollTop = 0;
}

function tabOf(exchange, at) {
	const { request, reply } = exchange;
	return button([
		element("span.number", {}, String(exchange.number ?? at)), statusMark(reply.status), sourceMark(reply.source),
		element("span.words", {}, seenText(wordsOf(exchange) || `${request.method} ${request.path}`)),
		element("span.quiet", {}, exchange.seconds === null ? "" : duration(exchange.seconds)),
	].flat(), () => { state.exchange = at; draw(); }, { "aria-pressed": String(at === state.exchange) });
}

// It stays open from one request to the next.
function chartOf(exchanges, from) {
	const make = () => usageChart(exchanges.map((item, at) => pointOf(item, from + at)));
	const chart = fold("tokens, cache hits and cost", make, { open: state.hasChart });
	chart.addEventListener("toggle", () => { state.hasChart = chart.open; });
	return chart;
}

// A bar of the chart: what a reply tells of its tokens.
function pointOf(exchange, at) {
	const usage = replyRead(whole(exchange).reply).message?.usage ?? {};
	const tokens = TOKENS.map((name) => (Number.isFinite(usage[name]) ? usage[name] : 0));
	return {
		label: String(exchange.number ?? at), tokens: tokens.some(Boolean) ? tokens : null,
		onPick: () => { state.exchange = at; draw(); },
	};
}

/** What was said last in a request: a text, or what came back from tools. */
function wordsOf(exchange) {
	const last = listOf(requestValue(whole(exchange))?.messages).at(-1);
	if (!isObject(last)) return "";
	if (typeof last.content === "string") return inLine(last.content);
	const texts = listOf(last.content).filter((block) => typeof block?.text === "string");
	return inLine(texts.length ? texts.at(-1).text : listOf(last.content).map((block) => `[${block?.type}]`).join(" "));
}

// The request before in the same conversation: the latest whose first turn is the same.
function beforeOf(group, at) {
	const value = requestValue(whole(group.exchanges[at]));
	for (let earlier = at - 1; earlier >= Math.max(0, at - NEIGHBOURS); earlier -= 1) {
		if (sharedTurns(requestValue(whole(group.exchanges[earlier])), value) > 0) return group.exchanges[earlier];
	}
	return null;
}

// --- the page -----------------------------------------------------------------------------------------

function step(steps) {
	if (!state.group) return;
	const last = state.group.exchanges.length - 1;
	state.exchange = Math.min(Math.max(0, last), Math.max(0, state.exchange + steps));
	draw();
}

const KEYS = {
	j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
	n: () => step(1), p: () => step(-1), "/": () => search.focus(), Enter: () => detail.focus(),
};

document.addEventListener("keydown", (event) => {
	const isTyping = event.target.matches("input, textarea, select");
	if (isTyping && event.key === "Escape") event.target.blur();
	if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
	if (event.key.startsWith("Arrow") && detail.contains(event.target)) return;
	if (event.key === "Enter" && event.target !== rows && event.target !== document.body) return;
	event.preventDefault();
	KEYS[event.key]();
});

document.body.append(element("div.page", {},
	element("header.bar", {}, element("span.brand", {}, "mockapi"), element("span", {}, ...seen(found.title)),
		element("span.spread"),
		failures.length ? element("span.outcome", { "data-outcome": "failed" }, `${failures.length} failed`) : null,
		onlyFailed, search,
		element("span.quiet.wide", {}, element("kbd", {}, "j"), " ", element("kbd", {}, "k"), isRun ? " test  " : " cassette  ", element("kbd", {}, "n"), " ", element("kbd", {}, "p"), " request")),
	element("div.panes", {}, element("nav.pane.list", { "aria-label": isRun ? "Tests" : "Cassettes" }, element("div.groups", {}, rows, rest), element("div.foot", {}, count)), detail)));
list();
const first = failures[0] ?? groups.find((group) => group.exchanges.length) ?? groups[0];
if (first) open(first);
else detail.replaceChildren(element("div.empty", {}, element("h2", {}, "Nothing to show"), "No test used the Messages API, and no cassette was named."));
