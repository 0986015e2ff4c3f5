// A reply as what it adds up to: events of a stream by their bytes, and the message so far.

import { bodyBytes, bodyValue, isObject, listOf, parsedJSON } from "./format.js";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const MOST_EVENTS = 50000;

/**
 * The events of a stream. Each has its name, its data as text and as a value, and the bytes at which it
 * begins and ends.
 */
export function eventsOf(bytes) {
	const decoder = new TextDecoder();
	const events = [];
	let name = "";
	let data = [];
	let begun = 0;
	let at = 0;
	while (at < bytes.length && events.length < MOST_EVENTS) {
		let end = at;
		while (end < bytes.length && bytes[end] !== LINE_FEED && bytes[end] !== CARRIAGE_RETURN) end += 1;
		let next = end + 1;
		if (bytes[end] === CARRIAGE_RETURN && bytes[next] === LINE_FEED) next += 1;
		const line = decoder.decode(bytes.subarray(at, end));
		at = Math.min(next, bytes.length);
		if (line === "") {
			if (data.length) {
				const text = data.join("\n");
				events.push({ name, text, value: parsedJSON(text), start: begun, end: at });
			}
			name = "";
			data = [];
			begun = at;
			continue;
		}
		const colon = line.indexOf(":");
		const field = colon < 0 ? line : line.slice(0, colon);
		const said = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
		if (field === "event") name = said;
		if (field === "data") data.push(said);
	}
	return events;
}

/** What kind of event it is, as the timeline colours it. */
export function kindOfEvent(event) {
	const type = isObject(event.value) ? String(event.value.type ?? event.name) : event.name;
	if (type !== "content_block_delta") return type || "message";
	return String(event.value.delta?.type ?? type);
}

/** The message that the first `count` events add up to; its blocks know whether they have ended. */
export function messageSoFar(events, count = events.length) {
	const message = { content: [], usage: {}, stop_reason: null, error: null, isDone: false };
	for (const event of events.slice(0, count)) {
		if (isObject(event.value)) takeEvent(message, event.value);
	}
	for (const block of message.content) {
		if (block?.partial !== undefined && block.partial !== "") {
			block.input = parsedJSON(block.partial) ?? block.partial;
		}
	}
	return message;
}

function takeEvent(message, value) {
	const at = value.index;
	switch (value.type) {
		case "message_start":
			if (!isObject(value.message)) return;
			Object.assign(message, value.message, { content: [], isDone: false });
			message.usage = { ...(isObject(value.message.usage) ? value.message.usage : {}) };
			return;
		case "content_block_start":
			if (Number.isInteger(at) && at >= 0 && at < 10000 && isObject(value.content_block)) {
				message.content[at] = { ...value.content_block, isOpen: true };
			}
			return;
		case "content_block_delta":
			if (isObject(message.content[at]) && isObject(value.delta)) takeDelta(message.content[at], value.delta);
			return;
		case "content_block_stop":
			if (isObject(message.content[at])) message.content[at].isOpen = false;
			return;
		case "message_delta":
			if (isObject(value.delta)) Object.assign(message, value.delta);
			if (isObject(value.usage)) Object.assign(message.usage, value.usage);
			return;
		case "message_stop":
			message.isDone = true;
			return;
		case "error":
			message.error = value.error ?? value;
	}
}

function takeDelta(block, delta) {
	const add = (name, more) => {
		if (typeof more === "string") block[name] = (typeof block[name] === "string" ? block[name] : "") + more;
	};
	if (delta.type === "text_delta") add("text", delta.text);
	else if (delta.type === "thinking_delta") add("thinking", delta.thinking);
	else if (delta.type === "signature_delta") add("signature", delta.signature);
	else if (delta.type === "input_json_delta") add("partial", delta.partial_json);
	else if (delta.type === "citations_delta") block.citations = [...listOf(block.citations), delta.citation];
}

/**
 * A reply read: its bytes, its events (none if it is no stream), the message or error that it is, or the
 * value that it has.
 */
export function replyRead(reply) {
	const bytes = bodyBytes(reply.body);
	const head = new TextDecoder().decode(bytes.subarray(0, 64));
	const isStream = /^(?:event|data|id|retry)?:/.test(head.replace(/^\ufeff/, ""));
	if (isStream) {
		const events = eventsOf(bytes);
		return { bytes, events, message: messageSoFar(events), value: undefined };
	}
	const value = bodyValue(reply.body);
	if (isObject(value) && isObject(value.error)) {
		return { bytes, events: [], message: { content: [], usage: {}, error: value.error, isDone: true }, value };
	}
	if (isObject(value) && Array.isArray(value.content)) {
		const usage = isObject(value.usage) ? value.usage : {};
		return { bytes, events: [], message: { ...value, usage, error: null, isDone: true }, value };
	}
	return { bytes, events: [], message: null, value };
}

/** When each chunk was due, in seconds from the request, and where in the body it ended. */
export function momentsOf(chunks, hold = 0) {
	let at = hold;
	let end = 0;
	return chunks.map(([delay, size]) => {
		at += delay;
		end += size;
		return { at, end, size };
	});
}

/** The moment at which the byte before `end` had come; null if it never did. */
export function momentOf(moments, end) {
	let low = 0;
	let high = moments.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (moments[middle].end >= end) high = middle;
		else low = middle + 1;
	}
	return low < moments.length ? moments[low].at : null;
}
