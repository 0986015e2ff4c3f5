// A reply: the message built up, the stream as a timeline to scrub through, its events and its bytes.

import { blockView, usageView } from "./blocks.js";
import { leftOut } from "./conversation.js";
import { button, element, fold, lastItems, longText, seen } from "./element.js";
import { bytesOf, countOf, duration, hereSaid, inLine, isObject, listOf, numeral } from "./format.js";
import { jsonView } from "./json.js";
import { progressOf, progressWords } from "./sent.js";
import { kindOfEvent, messageSoFar, replyRead } from "./stream.js";
import { endingWords, firstTokenOf, schedulesOf, timelineView } from "./timeline.js";

/** The reply of a document. */
export function replyView(exchange) {
	const read = replyRead(exchange.reply);
	if (exchange.reply.body.kind === "none") return element("div.reply", {}, element("div.quiet", {}, "The reply has no body."), endView(exchange));
	if (!read.message) return element("div.reply", {}, plainReply(exchange.reply, read), endView(exchange), bytesFold(read.bytes), leftOut(exchange.reply.body));
	const message = element("div.message");
	const show = (shown) => message.replaceChildren(...messageParts(shown));
	const stream = read.events.length ? scrubView(exchange, read, message, show) : null;
	if (!stream) show(read.message);
	return element("div.reply", {}, stream, message, endView(exchange), eventsFold(exchange, read), bytesFold(read.bytes),
		leftOut(exchange.reply.body));
}

function plainReply(reply, read) {
	if (read.value !== undefined) return jsonView(read.value);
	return reply.body.kind === "base64" ? element("div.quiet", {}, `${bytesOf(reply.body.size)} that are not text`) : longText(reply.body.text, "div.text.raw");
}

function messageParts(message) {
	const parts = [lastItems([...listOf(message.content)], (block) => blockView(block), "block")];
	if (message.error) {
		const error = isObject(message.error) ? message.error : { message: String(message.error) };
		parts.push(element("div.note.bad", {}, element("b", {}, ...seen(String(error.type ?? "error"))), " ", ...seen(hereSaid(String(error.message ?? "")))));
	}
	const stop = message.stop_reason ? element("span.chip", {}, element("span.quiet", {}, "stop reason"), " ", ...seen(String(message.stop_reason))) : null;
	const facts = element("div.facts", {}, stop, usageView(message.usage ?? {}));
	if (facts.childNodes.length) parts.push(facts);
	if (parts.length === 1 && !parts[0].firstChild) parts.push(element("div.quiet", {}, "Nothing has come yet."));
	return parts;
}

// The timeline, and a slider that goes from event to event: both show the message as far as it was.
function scrubView(exchange, read, message, show) {
	const { events } = read;
	let progress = progressOf(exchange, events);
	const at = element("output.at");
	const slider = element("input.scrub", {
		type: "range", min: 0, max: events.length, value: events.length, step: 1, "aria-label": "How many events have come",
	});
	const timeline = timelineView(exchange, read, (count) => go(count));
	const go = (count) => {
		slider.value = String(count);
		timeline.show(count);
		at.replaceChildren(...momentWords(events, timeline.times, count, progress));
		message.classList.toggle("unsent", count > progress.events);
		show(count === events.length ? read.message : messageSoFar(events, count));
	};
	slider.addEventListener("input", () => go(Number(slider.value)));
	let timer = 0;
	const stop = () => {
		clearInterval(timer);
		timer = 0;
		play.textContent = "play";
	};
	const play = button("play", () => {
		if (timer) return stop();
		const begun = performance.now();
		const from = Number(slider.value) >= events.length ? 0 : Number(slider.value);
		const since = from > 0 ? timeline.times[from - 1] ?? 0 : 0;
		play.textContent = "pause";
		timer = setInterval(() => {
			const now = since + (performance.now() - begun) / 1000;
			let count = from;
			while (count < events.length && (timeline.times[count] ?? 0) <= now) count += 1;
			go(count);
			if (count >= events.length || !slider.isConnected) stop();
		}, 40);
		return undefined;
	}, { class: "play" });
	timeline.hidden = play.hidden = progress.state === "aside" && schedulesOf(exchange).seconds === 0; // in no time
	go(progress.events);
	if (progress.state === "sending") {
		const watch = setInterval(() => {
			const isFollowing = Number(slider.value) === progress.events && !timer;
			progress = progressOf(exchange, events);
			timeline.reach(progress);
			if (isFollowing) go(progress.events);
			if (progress.events === events.length || !slider.isConnected) clearInterval(watch);
		}, 250);
	}
	return element("div.scrubber", {}, figures(exchange, read), timeline, element("div.controls", {}, play, slider, at));
}

function momentWords(events, times, count, progress) {
	const total = countOf(events.length, "event");
	if (count === 0) return [`before the first of ${total}`];
	const time = times[count - 1];
	const isSent = count <= progress.events && time !== null && time !== undefined;
	const when = progress.state === "aside" && !time ? "not sent" : isSent ? `at ${duration(time)}` : progress.state === "sending" ? "not due yet" : "never sent";
	return [element("b", {}, numeral(count)), ` of ${total} · ${when} · `, ...seen(kindOfEvent(events[count - 1]))];
}

function figures(exchange, read) {
	const { shown, sent, recorded, seconds } = schedulesOf(exchange);
	const first = firstTokenOf(read.events, shown);
	const figure = (name, value) => element("div.figure", {}, element("span.quiet", {}, name), element("b", {}, value));
	const last = sent.length ? sent[sent.length - 1].at : 0;
	const out = read.message?.usage?.output_tokens;
	const { state, events, total, until } = progressOf(exchange, read.events);
	const rate = state === "whole" && first !== null && seconds > first && Number.isFinite(out) ? out / (seconds - first) : null;
	return element("div.figures", {},
		state === "aside" && !recorded ? null : figure("first token", first === null ? "none" : first > until ? "not sent" : duration(first)),
		recorded ? figure("recorded in", duration(recorded[recorded.length - 1].at)) : null,
		state === "whole" ? figure(exchange.session === null ? "recorded in" : "sent in", last === 0 ? "one piece" : duration(last)) : null,
		state === "left" || state === "sending" ? figure("sent", `${numeral(events)} of ${countOf(total, "event")}`) : null,
		state === "left" ? figure("client left after", duration(until)) : null,
		figure("chunks", numeral(exchange.reply.chunks.length)),
		state === "left" || state === "sending" ? null : figure("events", numeral(read.events.length)),
		rate === null ? null : figure("tokens a second", rate < 10 ? rate.toFixed(1) : numeral(Math.round(rate))));
}

function endView(exchange) {
	const words = endingWords(exchange.reply.ending);
	const progress = progressOf(exchange, replyRead(exchange.reply).events);
	const said = progressWords(progress);
	if (said) return element(progress.state === "left" ? "div.note.bad" : "div.note", {}, said);
	if (!words) return null;
	return element("div.note.bad", {}, `After ${bytesOf(exchange.reply.body.size)}: ${words}.`);
}

const MOST_ROWS = 300;

function eventsFold(exchange, read) {
	if (!read.events.length) return null;
	const { shown } = schedulesOf(exchange);
	const times = read.events.map((event) => momentAt(shown, event.end));
	const { events: sent } = progressOf(exchange, read.events);
	return fold(["events ", element("span.quiet", {}, numeral(read.events.length))], () => {
		const rows = read.events.slice(0, MOST_ROWS).map((event, index) =>
			element(index < sent ? "tr" : "tr.unsent", {}, element("td.number", {}, String(index)), element("td.number", {}, times[index]),
				element("td", {}, element("span.dot", { "data-type": kindOfEvent(event) }), ...seen(kindOfEvent(event))),
				element("td.data", {}, ...seen(inLine(event.text, 240)))));
		const rest = read.events.length - rows.length;
		return element("div.scroll", { tabindex: 0 }, element("table.events", {}, element("tbody", {}, rows)),
			rest > 0 ? element("div.quiet", {}, `and ${countOf(rest, "other")}`) : null);
	});
}

function momentAt(moments, end) {
	const found = moments.find((moment) => moment.end >= end);
	return found ? duration(found.at) : "";
}

function bytesFold(bytes) {
	return fold(["bytes ", element("span.quiet", {}, bytesOf(bytes.length))], () => bytesView(bytes));
}

const FIRST_BYTES = 16384;
const HEX_BYTES = 1024;

/** Bytes as text with blanks, line ends and tabs visible; as hexadecimal digits where they are not text. */
export function bytesView(bytes) {
	const holder = element("div.bytes.scroll", { tabindex: 0 });
	let text = null;
	try {
		text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
	} catch {
		text = null;
	}
	if (text === null) {
		const lines = [];
		for (let at = 0; at < Math.min(bytes.length, HEX_BYTES); at += 16) lines.push(hexLine(bytes.subarray(at, at + 16), at));
		holder.append(element("pre", {}, lines.join("\n")));
		if (bytes.length > HEX_BYTES) holder.append(element("div.quiet", {}, `and ${bytesOf(bytes.length - HEX_BYTES)} more`));
		return holder;
	}
	let at = 0;
	const more = () => {
		holder.append(...visibleBlanks(text.slice(at, at + FIRST_BYTES)));
		at += FIRST_BYTES;
		if (at >= text.length) return;
		const next = button("show more", () => {
			next.remove();
			more();
		}, { class: "more" });
		holder.append(next);
	};
	more();
	return holder;
}

// Blanks before a closing brace are the API's padding; a line end is \n, \r\n or \r.
const BLANKS = / +(?=\})|\r\n|\r|\n|\t/g;
const BLANK_SIGNS = { "\r\n": "\u240d\u240a", "\r": "\u240d", "\n": "\u240a", "\t": "\u2409" };

function visibleBlanks(text) {
	const nodes = [];
	let at = 0;
	for (const found of text.matchAll(BLANKS)) {
		if (found.index > at) nodes.push(...seen(text.slice(at, found.index)));
		const sign = BLANK_SIGNS[found[0]];
		nodes.push(element(sign ? "span.lineend" : "span.padding", {}, sign ?? "\u00b7".repeat(found[0].length)));
		if (sign && sign !== "\u2409") nodes.push("\n");
		at = found.index + found[0].length;
	}
	nodes.push(...seen(text.slice(at)));
	return nodes;
}

function hexLine(bytes, at) {
	const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
	const letters = [...bytes].map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
	return `${at.toString(16).padStart(6, "0")}  ${digits.padEnd(47)}  ${letters}`;
}
