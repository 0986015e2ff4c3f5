// Numbers, times and JSON as people read them.

/** Seconds in three digits: 0.42 ms, 12.3 ms, 1.23 s. */
export function duration(seconds) {
	if (seconds === null || seconds === undefined) return "…";
	if (seconds < 0.0005) return seconds === 0 ? "0 ms" : `${(seconds * 1000).toFixed(2)} ms`;
	if (seconds < 0.1) return `${(seconds * 1000).toFixed(1)} ms`;
	if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
	return seconds < 100 ? `${seconds.toFixed(2)} s` : `${Math.round(seconds).toLocaleString("en")} s`;
}

/** Bytes: 512 B, 1.5 kB, 32 MB. */
export function bytesOf(count) {
	if (count < 1000) return `${count} B`;
	if (count < 1e6) return `${(count / 1e3).toFixed(count < 1e4 ? 1 : 0)} kB`;
	return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`;
}

/** A number with its thousands apart. */
export function numeral(count) {
	return Number(count).toLocaleString("en");
}

/** "1 turn", "2 turns". */
export function countOf(count, word) {
	return `${numeral(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** The time of day of a moment in seconds since 1970. */
export function clock(at, digits = 3) {
	if (at === null || at === undefined) return "";
	const moment = new Date(at * 1000);
	const two = (number) => String(number).padStart(2, "0");
	const time = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
	return digits ? `${time}.${String(moment.getMilliseconds()).padStart(3, "0")}` : time;
}

/** A JSON text as a value; undefined if it is none. */
export function parsedJSON(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The value of a body of a document; undefined where it is no JSON. */
export function bodyValue(body) {
	return body && body.kind === "json" ? parsedJSON(body.text) : undefined;
}

/** What a value looks like in one line. */
export function inLine(value, most = 120) {
	const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
	const line = text.slice(0, most * 4).replace(/\s+/g, " ").trim();
	return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** The server's words where they are read on a page that tells the rest itself. */
export function hereSaid(words) {
	return words.replace("; see the console or the journal of mockapi", "");
}

/** The keys of a JSON pointer. */
export function pointerKeys(pointer) {
	return pointer.split("/").slice(1).map((key) => key.replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** The list that a value is; an empty one for all else. */
export function listOf(value) {
	return Array.isArray(value) ? value : [];
}

/** Whether a value is an object with members. */
export function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The bytes of a body of a document, as far as they are shown. */
export function bodyBytes(body) {
	if (!body || body.kind === "none") return new Uint8Array();
	if (body.kind !== "base64") return new TextEncoder().encode(body.text);
	return Uint8Array.from(atob(body.text), (character) => character.charCodeAt(0));
}
