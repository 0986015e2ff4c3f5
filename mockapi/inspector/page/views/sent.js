// How far a reply got: what had been sent when the client left, or has been sent by now.

import { duration, numeral } from "./format.js";
import { momentOf, momentsOf } from "./stream.js";

/**
 * How far the reply of a document got. `state` is "whole", "left" (the client went before the end), "sending", or
 * "aside" (it was sent again from the page: over no connection). `until` is the second from which on nothing was
 * sent, `events` how many of the reply's events were sent before it.
 */
export function progressOf(exchange, events = []) {
	const { reply } = exchange;
	const moments = momentsOf(reply.chunks, reply.hold);
	const state = stateOf(exchange, moments);
	// The journal does not count the chunks that were sent. They go out on a schedule that begins when the request
	// has come, as `seconds` does: what was due before that many seconds was sent.
	const until = state === "left" ? exchange.seconds : state === "sending" ? Date.now() / 1000 - exchange.at : Infinity;
	const isSent = ({ end }) => until === Infinity || (momentOf(moments, end) ?? Infinity) <= until;
	return { state, until, events: events.filter(isSent).length, total: events.length };
}

function stateOf({ session, seconds, complete, reply, sent_again_from: from }, moments) {
	if (session === null) return "whole";
	if (Number.isInteger(from)) return "aside";
	if (seconds === null) return complete ? "whole" : "sending"; // whole: within the process, nobody took the time
	const last = moments.length ? moments[moments.length - 1].at : 0;
	// All of it was sent: its ending, not the client, broke it off.
	const wasBroken = reply.ending !== "clean" && last <= seconds;
	return complete || wasBroken ? "whole" : "left";
}

/** The same in words; null where all was sent. */
export function progressWords({ state, until, events, total }) {
	const share = total ? `, ${numeral(events)} of ${numeral(total)} events` : "";
	if (state === "left") return `The client left after ${duration(until)}${share}.`;
	if (state === "sending") return `Still being sent${share}: what is grey is not due yet.`;
	return state === "aside" ? "Not sent over a connection: it was sent again from this page, and answered at once." : null;
}
