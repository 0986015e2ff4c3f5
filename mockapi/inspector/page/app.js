// The page: the list on the left follows the feed, what is chosen stands on the right.

import { ask, askJSON, follow, hasToken, namedEntry, nameEntry, useToken } from "./api.js";
import { cassettesView } from "./cassettes.js";
import { copyAs, editReply, openDialog, remedyOptions, saveCassette, sendAgain, sessionDialog } from "./dialogs.js";
import { RowList } from "./rows.js";
import { isAgain, keyOf, laneKey, Store } from "./store.js";
import { usageChart } from "./views/chart.js";
import { button, element, seenText } from "./views/element.js";
import { exchangeView } from "./views/exchange.js";
import { copyButton } from "./views/findings.js";
import { countOf, numeral } from "./views/format.js";

const MOST_DOCUMENTS = 30;
const EVENTS_AT_ONCE = 1500;
const SECONDS_TOLD = 12;
const MANY_ROWS = 2000; // from here on the list is brought up to date less often

const store = new Store();
const documents = new Map();
const detail = element("main.pane.detail", { tabindex: 0, "aria-label": "Request and reply" });
const state = element("span.state", { role: "status" }, "connecting");
const told = element("div.told", { role: "status", hidden: true });
const foot = element("span");
const nothing = element("p.nothing", { role: "status", hidden: true });
const list = new RowList(store, (row) => open(row), () => detail.focus());
const search = element("input", {
	type: "search", "aria-label": "Search", placeholder: "Search requests and replies  /", title: "Looks for all words anywhere in requests and replies, up to 1 MiB of each body",
	on: { input: () => filter("text", search.value.trim()) },
});
const selects = {
	session: chooser("session", "session"),
	source: chooser("source", "source", ["recorded", "scripted", "synthesized", "forwarded", "invalid", "unmatched"]),
	status: chooser("status", "status", [["2", "2xx"], ["4", "4xx"], ["5", "5xx"], ["failed", "failed"], ["sending", "being sent"]]),
	rule: chooser("rule", "rule"),
};
const backlog = element("span");
const panes = element("div.panes");
const views = element("div.tabs", { role: "group", "aria-label": "View" },
	button("Journal", () => view("journal"), { "data-view": "journal", "aria-pressed": "true" }),
	button("Cassettes", () => view("cassettes"), { "data-view": "cassettes", "aria-pressed": "false" }));

function chooser(name, all, values = []) {
	const made = element("select", { "aria-label": `Filter by ${name}`, on: { change: () => filter(name, made.value) } },
		element("option", { value: "" }, all), values.map((value) => option(value)));
	return made;
}

function option(value) {
	const [said, words] = Array.isArray(value) ? value : [value, value];
	return element("option", { value: said }, seenText(words));
}

function filter(name, value) {
	store.filters[name] = value;
	store.refresh();
	draw();
	if (name === "text") lookUp();
}

// The rows hold the last words alone: the server looks through the bodies.
let looking = 0;

function lookUp() {
	clearTimeout(looking);
	const { text } = store.filters;
	if (!text) return;
	looking = setTimeout(async () => {
		looking = 0;
		try {
			const { found } = await askJSON(`ui/search?text=${encodeURIComponent(text)}`);
			store.found(text, found.map(([session, number]) => keyOf({ session, number })));
			draw();
		} catch (error) {
			say(error.message, true);
		}
	}, 200);
}

function clearFilters() {
	search.value = "";
	for (const select of Object.values(selects)) select.value = "";
	for (const name of Object.keys(store.filters)) store.filters[name] = "";
	store.refresh();
	draw();
	if (current) open(current, { keepsPlace: true });
}

// --- the list -----------------------------------------------------------------------------------------

let waiting = [];
let isDrawing = false;

function take(event) {
	if (event.kind === "backlog") {
		backlog.textContent = event.value.rows ? `${numeral(event.value.rows)} still being read` : "";
		return;
	}
	if (event.kind === "hello" && !event.value.resumes) { // another run: its numbers mean other requests
		documents.clear();
		current = null;
		list.selected = null;
	}
	waiting.push(event);
	schedule();
}

function schedule() {
	if (isDrawing) return;
	isDrawing = true;
	setTimeout(() => {
		isDrawing = false;
		const events = waiting.slice(0, EVENTS_AT_ONCE);
		waiting = waiting.slice(EVENTS_AT_ONCE);
		const before = current && store.byKey.get(keyOf(current));
		const wasSending = before?.seconds === null;
		store.take(events);
		draw();
		if (store.filters.text && events.some(({ kind }) => kind === "row") && !looking) lookUp();
		const now = current && store.byKey.get(keyOf(current));
		if (now && wasSending && now.seconds !== null) {
			documents.delete(keyOf(now));
			open(now, { keepsPlace: true });
		}
		if (waiting.length) schedule();
	}, store.rows.length < MANY_ROWS ? 16 : 120);
}

function draw() {
	refill(selects.session, [...store.sessions.values()].map(({ id, name, closed }) => [id, `${name ?? id}${closed ? " (closed)" : ""}`]));
	refill(selects.rule, [...store.rules].sort());
	selects.rule.hidden = !store.rules.size;
	list.draw();
	const total = store.rows.length;
	foot.textContent = store.shown.length === total ? countOf(total, "request") : `${numeral(store.shown.length)} of ${countOf(total, "request")}`;
	nothing.hidden = total === 0 || store.shown.length > 0;
	if (!nothing.hidden) {
		const { text } = store.filters;
		nothing.replaceChildren(text ? `Nothing matches \u201c${seenText(text)}\u201d${areFiltered() ? " with these filters" : ""}. ` : "Nothing matches these filters. ",
			button(text ? "Clear the search" : "Clear the filters", clearFilters));
	}
	if (!current) showEmpty();
}

function areFiltered() {
	return Object.entries(store.filters).some(([name, value]) => name !== "text" && value);
}

function refill(select, values) {
	const wanted = values.slice(-500);
	const known = select.dataset.values;
	const now = JSON.stringify(wanted);
	if (known === now) return;
	select.dataset.values = now;
	const chosen = select.value;
	select.replaceChildren(select.firstChild, ...wanted.map(option));
	select.value = chosen;
}

// --- what is chosen -----------------------------------------------------------------------------------

let current = null;

async function documentOf(row) {
	const key = keyOf(row);
	if (!documents.has(key)) {
		const found = await askJSON(`sessions/${row.session}/journal/${row.number}`);
		if (found.seconds !== null) documents.set(key, found);
		if (documents.size > MOST_DOCUMENTS) documents.delete(documents.keys().next().value);
		return found;
	}
	return documents.get(key);
}

async function open(row, { keepsPlace = false } = {}) {
	current = row;
	nameEntry(row);
	const place = detail.scrollTop;
	try {
		const earlier = store.before(row);
		const [exchange, before] = await Promise.all([documentOf(row), earlier ? documentOf(earlier).catch(() => null) : null]);
		if (current !== row) return;
		const actions = actionsOf(row, exchange);
		detail.replaceChildren(exchangeView(exchange, { before, actions, remedy: (words) => remedyButton(row, words) }));
		detail.scrollTop = keepsPlace ? place : 0;
	} catch (error) {
		if (current === row) detail.replaceChildren(element("div.empty", {}, element("h2", {}, "This request cannot be opened"), error.message));
	}
}

function actionsOf(row, exchange) {
	const conversation = store.conversation(row);
	const numbers = conversation.map((item) => item.number);
	const session = store.rows.filter((item) => item.session === row.session && !isAgain(item)).map((item) => item.number);
	const isAlone = store.filters.conversation === laneKey(row);
	const earlier = async () => Promise.all(conversation.filter((item) => item.at <= row.at).slice(-50).map(documentOf));
	return element("div.actions", {},
		button("Send again…", () => sendAgain(exchange, ({ session, number }) => choose(`${session}/${number}`))),
		button("Save as cassette…", () => saveCassette(exchange, numbers, session, say)),
		button("Edit reply…", () => editReply(exchange, say)),
		button("Copy as…", () => copyAs(exchange, earlier)),
		button("Session…", () => sessionDialog(row.session, row.name, say).catch((error) => say(error.message, true))),
		conversation.length > 1 ? button(`Tokens of ${countOf(conversation.length, "request")}`, () => chart(conversation)) : null,
		conversation.length > 1 ? button(isAlone ? "All conversations" : "Only this conversation", () => {
			filter("conversation", isAlone ? "" : laneKey(row));
			open(row, { keepsPlace: true });
		}) : null);
}

function chart(conversation) {
	const dialog = openDialog("Tokens over the conversation, by entry", usageChart(conversation.map((item) => ({
		label: String(item.number), name: item.turns === null ? `entry ${item.number}` : `entry ${item.number}, turn ${item.turns - 1}`, tokens: item.tokens, onPick: () => {
			dialog.close();
			list.select(keyOf(item));
		},
	}))));
}

// Choose a row that the feed has yet to tell.
function choose(key, tries = 200) {
	if (store.byKey.has(key)) list.select(key);
	else if (tries) setTimeout(() => choose(key, tries - 1), 50);
}

function remedyButton(row, words) {
	const options = remedyOptions(words);
	if (!options) return null;
	const said = words.match(/--[\w-]+(?: (?:'[^']*'|[\w$.[\]-]+))?/g)?.join(" ") ?? "";
	const isBroad = options.matching?.ignore?.some((path) => /\.(?:content|text|messages|system)(?:\[\d+\])?$/.test(path));
	return [isBroad ? element("span.quiet", {}, " It ignores the whole text there: whatever a client says would match. ") : null, button("apply to this session and send again", async () => {
		try {
			await ask(`sessions/${row.session}`, { method: "PATCH", body: options });
			const sent = await askJSON(`sessions/${row.session}/journal/${row.number}/send`, { method: "POST", body: {} });
			choose(`${sent.session}/${sent.number}`);
		} catch (error) {
			say(error.message, true);
		}
	}, { class: "small" }), copyButton(said, "copy option")].filter(Boolean);
}

let saying = 0;

function say(words, isBad = false) {
	told.hidden = !words;
	told.className = isBad ? "told bad" : "told";
	told.replaceChildren(element("span", {}, words), button("close", () => say(""), { class: "small" }));
	clearTimeout(saying);
	if (words && !isBad) saying = setTimeout(() => say(""), SECONDS_TOLD * 1000);
}

function showEmpty() {
	const hasRows = store.rows.length > 0;
	const key = hasRows ? "has" : "none";
	if (detail.firstChild?.dataset?.empty === key) return;
	const root = new URL("../", document.baseURI).href.replace(/\/$/, "");
	const keys = [["j k ↓ ↑", "the next or previous request"], ["Home End", "the first, the last"], ["Enter", "into the request"],
		["/", "search"], ["Escape", "back to the list; there it clears the search and \u201cOnly this conversation\u201d"]];
	detail.replaceChildren(element("div.empty", { "data-empty": key },
		element("h2", {}, hasRows ? "Choose a request" : "Nothing has come yet"),
		hasRows ? null : [element("p", {}, "Requests appear here as they come. Point a client at"), element("pre", {}, `ANTHROPIC_BASE_URL=${root}`)],
		element("div.keys", {}, keys.map(([names, words]) => [element("span", {}, names.split(" ").map((name) => [element("kbd", {}, name), " "])), element("span", {}, words)]))));
}

// --- the frame ----------------------------------------------------------------------------------------

async function view(name) {
	for (const tab of views.children) tab.setAttribute("aria-pressed", String(tab.dataset.view === name));
	search.hidden = name !== "journal"; // cassettes have a search of their own
	if (name === "journal") {
		holder.replaceChildren(panes);
		list.draw();
		return;
	}
	try {
		holder.replaceChildren(await cassettesView(say));
	} catch (error) {
		say(error.message, true);
	}
}

function theme() {
	const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
	const now = document.documentElement.dataset.theme ?? (isDark ? "dark" : "light");
	document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
}

const holder = element("div.holder", {}, panes);

function build() {
	panes.replaceChildren(
		element("div.list", { role: "region", "aria-label": "Journal" },
			element("div.bar", {}, selects.session, selects.source, selects.status, selects.rule),
			nothing, list.node,
			element("div.foot", {}, foot, backlog, element("span.spread"), element("span", {}, element("kbd", {}, "j"), " ", element("kbd", {}, "k"), " move  ", element("kbd", {}, "/"), " search"))),
		detail);
	document.body.replaceChildren(element("div.page", {},
		element("div", {},
			element("header.bar", {}, element("span.brand", {}, "mockapi"), state, views, element("span.spread"), search,
				button("◐", theme, { "aria-label": "Light or dark", title: "Light or dark" })),
			told),
		holder));
	draw();
}

function keyed(event) {
	if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
	const isTyping = /^(?:INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
	if (event.key === "Escape") {
		const inList = event.target === document.body || list.node.contains(event.target);
		const { text, conversation } = store.filters;
		if (!panes.isConnected) holder.querySelector(".recordings button")?.focus();
		else if ((event.target === search && text) || (inList && (text || conversation))) {
			search.value = "";
			store.filters.conversation = "";
			filter("text", "");
			if (current) open(current, { keepsPlace: true });
		} else list.node.focus();
		return;
	}
	if (isTyping) return;
	const inDetail = detail.contains(event.target);
	const moves = { j: 1, k: -1, ...(inDetail ? {} : { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }) };
	if (event.key in moves && panes.isConnected) {
		event.preventDefault();
		list.move(moves[event.key]);
	} else if (event.key === "/") {
		event.preventDefault();
		(panes.isConnected ? search : holder.querySelector("input[type=search]"))?.focus();
	}
}

function askForToken(words) {
	const field = element("input", { type: "password", id: "token", autocomplete: "off", required: true });
	document.body.replaceChildren(element("main.empty", {},
		element("h2", {}, "This page needs the server's token"),
		element("p", {}, words ?? "Open the address that mockapi serve printed in its second line: the token is in it. Or enter it here."),
		element("form.actions", { on: { submit: (event) => {
			event.preventDefault();
			useToken(field.value.trim());
			start();
		} } }, element("label", { for: "token" }, "Token"), field, element("button.primary", { type: "submit" }, "Open"))));
}

const STATES = { live: "live", lost: "reconnecting…" };

function start() {
	if (!hasToken()) return askForToken();
	build();
	const named = namedEntry();
	if (named) choose(keyOf(named));
	return follow(take, (now, words) => {
		if (now === "refused") return askForToken(words);
		state.dataset.state = now;
		state.textContent = STATES[now];
		return undefined;
	});
}

document.addEventListener("keydown", keyed);
start();
