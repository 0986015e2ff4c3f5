// One exchange: what was asked, what answered, and why. The document is described in docs/page.md.

import { conversationView, requestValue } from "./conversation.js";
import { changesView } from "./diff.js";
import { element, fold, seen } from "./element.js";
import { findingsView } from "./findings.js";
import { bodyBytes, bytesOf, clock, countOf, duration, listOf } from "./format.js";
import { bytesView, replyView } from "./reply.js";
import { progressOf } from "./sent.js";

/**
 * A document as elements. `before` is the document of the request before it in its conversation, `actions`
 * an element for the head, `remedy` what `findingsView` takes.
 */
export function exchangeView(exchange, { before = null, actions = null, remedy } = {}) {
	const changes = changesView(exchange, before);
	return element("article.exchange", {},
		headView(exchange, actions),
		findingsView(exchange, { remedy }),
		element("div.columns", {},
			element("div.column", {}, section("Request", conversationView(exchange, before), bytesOf(exchange.request.body.size))),
			element("div.column", {},
				section("Reply", replyView(exchange), bytesOf(exchange.reply.body.size)),
				changes ? section(Number.isInteger(exchange.sent_again_from) ? `Since entry ${exchange.sent_again_from}` : "Since the request before", changes) : null,
				section("Headers", headersView(exchange)))));
}

function section(title, content, aside = null) {
	return element("section", {}, element("h2", {}, title, aside ? element("span.quiet", {}, aside) : null), content);
}

/** Where a reply came from, as a mark. */
export function sourceMark(source) {
	return element("span.source", { "data-source": source }, source);
}

const STATE_WORDS = { left: ", client left", sending: ", sending" };

/** A status, as a mark; `state` says how far its reply got. */
export function statusMark(status, state = "whole") {
	const kind = STATE_WORDS[state] && status < 400 ? state : String(Math.floor(status / 100));
	return element("span.status", { "data-class": kind }, `${status}${STATE_WORDS[state] ?? ""}`);
}

function headView(exchange, actions) {
	const { request, reply, recording } = exchange;
	const target = request.query ? `${request.path}?${request.query}` : request.path;
	const turns = listOf(requestValue(exchange)?.messages);
	const facts = [
		exchange.at === null ? null : clock(exchange.at),
		exchange.session === null ? null : `session ${exchange.session_name ?? exchange.session}`,
		exchange.number === null ? null : `entry ${exchange.number}${turns.length ? `, turn ${turns.length - 1}` : ""}`,
		exchange.session === null ? null : Number.isInteger(exchange.sent_again_from) ? `sent again from entry ${exchange.sent_again_from}`
			: exchange.seconds !== null ? duration(exchange.seconds) : exchange.complete ? null : "still being sent",
		request.surface ? `as ${request.surface}` : null,
		recording?.cassette ? `${recording.cassette}#${recording.interaction}` : null,
		recording?.recorded_at ? `recorded ${recording.recorded_at.slice(0, 10)}` : null,
		recording?.origin ?? null,
	].filter(Boolean);
	return element("header.head", {},
		element("h1", {}, statusMark(reply.status, progressOf(exchange).state), element("span.method", {}, request.method), element("span.path", {}, ...seen(target)), sourceMark(reply.source)),
		element("div.facts", {}, facts.map((fact) => element("span", {}, ...seen(fact)))),
		actions);
}

function headersView(exchange) {
	const table = (headers) => element("table.headers", {}, element("tbody", {}, headers.map(([name, value]) =>
		element("tr", {}, element("th", { scope: "row" }, ...seen(name)), element("td", {}, ...seen(value))))));
	const one = (words, { headers }) =>
		fold([`${words} `, element("span.quiet", {}, countOf(headers.length, "field"))], () => table(headers));
	return [one("request", exchange.request), one("reply", exchange.reply),
		fold(["request body ", element("span.quiet", {}, "as it came")], () => bytesView(bodyBytes(exchange.request.body)))];
}
