// The cassettes that are loaded: which interactions were played, their sizes, and each in the same views.

import { ask, askJSON } from "./api.js";
import { button, element, seenText } from "./views/element.js";
import { exchangeView, statusMark } from "./views/exchange.js";
import { bytesOf, countOf } from "./views/format.js";

const MOST_INTERACTIONS = 2000;
const ORDERS = {
	"as loaded": (a, b) => a.number - b.number,
	"largest first": (a, b) => sizeOf(b) - sizeOf(a),
	"oldest first": (a, b) => (a.recorded_at ?? "9").localeCompare(b.recorded_at ?? "9"),
};

/** The view of all cassettes, filled when the server has answered. */
export async function cassettesView(tell) {
	let { paths, interactions } = await askJSON("cassettes/interactions");
	const detail = element("main.pane.detail", { tabindex: 0, "aria-label": "Interaction" });
	const rows = element("div.recordings");
	const count = element("span");
	const choice = (label, values) => element("select", { "aria-label": label, on: { change: () => draw() } },
		values.map((value) => element("option", { value }, value)));
	const which = choice("Which interactions", ["all", "not played", "edited"]);
	const order = choice("Order", Object.keys(ORDERS));
	const search = element("input", { type: "search", "aria-label": "Search in cassettes", placeholder: "Search requests and replies  /", on: { input: () => lookUp() } });
	const open = async (item, chosen) => {
		for (const row of rows.children) row.removeAttribute("aria-current");
		chosen?.setAttribute("aria-current", "true");
		detail.replaceChildren(exchangeView(await askJSON(`cassettes/interactions/${item.number}${item.session === null ? "" : `?session=${item.session}`}`)));
		detail.scrollTop = 0;
	};
	const passes = (item) => (which.value !== "not played" || !item.played) && (which.value !== "edited" || item.edited);
	const draw = () => {
		const shown = interactions.filter(passes).sort(ORDERS[order.value]);
		rows.replaceChildren(...shown.slice(0, MOST_INTERACTIONS).map((item) => recordingRow(item, open)));
		if (!shown.length) {
			rows.replaceChildren(element("p.nothing", {}, search.value ? `Nothing matches \u201c${seenText(search.value)}\u201d. ` : "Nothing to show. ", button("Show all", clear)));
		}
		const unplayed = interactions.filter((item) => !item.played).length;
		count.textContent = `${countOf(shown.length, "interaction")}, ${bytesOf(shown.reduce((sum, item) => sum + sizeOf(item), 0))}; ${unplayed} not played`;
	};
	let asked = 0;
	const lookUp = () => {
		clearTimeout(asked);
		asked = setTimeout(async () => {
			const text = search.value.trim();
			try {
				const found = await askJSON(`cassettes/interactions?text=${encodeURIComponent(text)}`);
				if (text === search.value.trim()) ({ paths, interactions } = found);
				draw();
			} catch (error) {
				tell(error.message, true);
			}
		}, 200);
	};
	const clear = () => {
		search.value = "";
		which.value = "all";
		lookUp();
	};
	const reload = async () => {
		try {
			await ask("cassettes/reload", { method: "POST" });
			lookUp();
			tell("The cassettes were read from disk again. Sessions that play them begin anew.");
		} catch (error) {
			tell(error.message, true);
		}
	};
	draw();
	if (interactions.length) open(interactions[0], rows.firstChild);
	else detail.append(element("div.empty", {}, "No cassette is loaded."));
	return element("div.panes", {}, element("div.list", { role: "region", "aria-label": "Cassettes" },
		element("div.bar", {}, which, order, search), rows,
		element("div.foot", {}, count, element("span.spread"), element("span", {}, seenText(shortName(paths.join(", ")))), button("Reload from disk", reload, { class: "small" }))), detail);
}

function recordingRow(item, open) {
	const facts = [`${shortName(item.cassette)}#${item.interaction}`, item.recorded_at?.slice(0, 10), item.session === null ? null : `session ${item.session_name ?? item.session}`, item.edited ? "edited" : null,
		item.played ? "played" : "not played yet"].filter(Boolean).join(" \u00b7 ");
	const row = element("button", { type: "button", on: { click: () => open(item, row) } },
		element("div.line", {}, element("span.words", {}, seenText(item.summary)), statusMark(item.status)),
		element("div.line.under", {}, element("span.words", {}, seenText(facts)), element("span.took", {}, bytesOf(sizeOf(item)))));
	return row;
}

function sizeOf(item) {
	return item.asked + item.answered;
}

function shortName(name) {
	return name.split("/").slice(-2).join("/");
}
