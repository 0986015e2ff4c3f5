// What the page can do with a request or a session: each a small dialog that says what will happen.

import { ask, askJSON, baseURLOf } from "./api.js";
import { button, element } from "./views/element.js";
import { countOf, numeral, parsedJSON } from "./views/format.js";
import { copyButton } from "./views/findings.js";
import { asCurl, asPytest, asPython } from "./snippets.js";

const LARGEST_EDIT = 700000;

/** A dialog with fields; `does` gets their values, and what it throws is shown. */
export function openDialog(title, parts, { label = "OK", does = null } = {}) {
	const wrong = element("div.wrong", { role: "alert" });
	const close = button(does ? "Cancel" : "Close", () => dialog.close(), { autofocus: !does });
	const form = element("form", {
		method: "dialog",
		on: {
			submit: async (event) => {
				event.preventDefault();
				if (!does) return dialog.close();
				wrong.textContent = "";
				main.disabled = true;
				try {
					await does();
					dialog.close();
				} catch (error) {
					wrong.textContent = error.message;
				}
				main.disabled = false;
				return undefined;
			},
		},
	});
	const main = element("button.primary", { type: "submit" }, label);
	form.append(element("h2", {}, title), ...[parts].flat().filter(Boolean), wrong, element("div.buttons", {}, close, does ? main : null));
	const dialog = element("dialog", { "aria-label": title, on: { close: () => dialog.remove() } }, form);
	document.body.append(dialog);
	dialog.showModal();
	return dialog;
}

function field(label, control) {
	return [element("label", { for: control.id }, label), control];
}

function download(content, name) {
	const url = URL.createObjectURL(content);
	element("a", { href: url, download: name }).click();
	setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Send a request again, edited or as it was. */
export function sendAgain(exchange, select) {
	const isWhole = exchange.request.body.left_out === 0 && exchange.request.body.kind !== "base64" && exchange.request.body.size < LARGEST_EDIT;
	const text = editor("Body of the request", isWhole ? indented(exchange.request.body.text) : "Too large to be edited here: it is sent as it came.", !isWhole);
	const original = text.value;
	openDialog("Send again", [
		element("p.quiet", {}, "Answered as if a client had sent it, with the same headers; the reply stands in the journal."),
		text,
	], {
		label: "Send",
		does: async () => {
			const body = isWhole && text.value !== original ? { body: text.value } : {};
			const path = `sessions/${exchange.session}/journal/${exchange.number}/send`;
			select(await askJSON(path, { method: "POST", body }));
		},
	});
}

const JSON_PARTS = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|\s+/g;

// JSON with a line for each member. Its numbers stay as they are written: JavaScript would round some.
function indented(text) {
	if (parsedJSON(text) === undefined) return text;
	let depth = 0;
	const line = () => `\n${"  ".repeat(depth)}`;
	return text.replace(JSON_PARTS, (part) => {
		if (part === "{" || part === "[") {
			depth += 1;
			return part + line();
		}
		if (part === "}" || part === "]") {
			depth -= 1;
			return line() + part;
		}
		if (part === ",") return part + line();
		return part === ":" ? ": " : /^[\s{[]/.test(part) ? part.replace(/\s/g, "") : part;
	});
}

// A text to edit, seen from its beginning.
function editor(label, text, disabled = false) {
	const made = element("textarea", { "aria-label": label, spellcheck: "false", disabled });
	made.value = text;
	made.setSelectionRange(0, 0);
	return made;
}

function savedWords(name) {
	return `Saved as ${name}, where your browser saves files. Play it: mockapi serve ${name}`;
}

/** Save entries of a session as a cassette: `numbers` of the conversation, this one among them, or of the `session`. */
export function saveCassette(exchange, numbers, session, tell) {
	const name = element("input", { type: "text", id: "cassette-name", value: "saved.yaml", pattern: "[A-Za-z0-9_.\\-]{1,100}", required: true });
	const all = element("select", { id: "cassette-which" },
		element("option", { value: "one" }, "this request"),
		numbers.length > 1 ? element("option", { value: "all", selected: true }, `the conversation: ${numeral(numbers.length)} requests`) : null,
		session.length > numbers.length ? element("option", { value: "session" }, `the whole session: ${numeral(session.length)} requests`) : null);
	openDialog("Save as cassette", [
		element("p.quiet", {}, "Secrets are masked as when recording. Put the file where your cassettes are."),
		element("div.fields", {}, field("File", name), field("Requests", all)),
	], {
		label: "Save",
		does: async () => {
			const chosen = { one: [exchange.number], all: numbers.slice(-1000), session: session.slice(-1000) }[all.value];
			await fetchCassette(exchange.session, name.value, chosen.map((number) => ({ number })));
			tell(savedWords(name.value));
		},
	});
}

async function fetchCassette(session, name, entries) {
	const response = await ask(`sessions/${session}/cassette`, { method: "POST", body: { name, entries } });
	download(await response.blob(), name);
}

/** Edit a reply, and save it as a sealed cassette that says that it was edited. */
export function editReply(exchange, tell) {
	const { body } = exchange.reply;
	const text = editor("Body of the reply", indented(body.text));
	const original = text.value;
	const name = element("input", { type: "text", id: "edited-name", value: "edited.yaml", required: true });
	openDialog("Edit the reply", [
		element("p.quiet", {}, "The cassette gets a new checksum, and says that this reply was edited."),
		text, element("div.fields", {}, field("File", name)),
	], {
		label: "Save",
		does: async () => {
			if (body.left_out || body.kind === "base64") throw new Error("This reply is too large, or not text.");
			await fetchCassette(exchange.session, name.value, [{ number: exchange.number, reply: text.value === original ? body.text : text.value }]);
			tell(savedWords(name.value));
		},
	});
}

/** The request as a program. `earlier` makes the documents of the conversation. */
export async function copyAs(exchange, earlier) {
	const base = baseURLOf(exchange.session);
	const shown = element("textarea", { "aria-label": "Program", readonly: true, spellcheck: "false" });
	const copy = element("span");
	const forms = {
		pytest: async () => asPytest(await earlier()),
		curl: async () => asCurl(exchange, base),
		Python: async () => asPython(exchange, base),
	};
	const tabs = element("div.tabs", {}, Object.keys(forms).map((name) => button(name, () => show(name), { "data-form": name })));
	const show = async (name) => {
		for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.form === name));
		shown.value = await forms[name]();
		copy.replaceChildren(copyButton(shown.value));
	};
	openDialog("Copy as", [element("div.actions", {}, tabs, copy), shown]);
	await show("pytest");
}

/** What a session does from its next request on: faults, pace, reset. */
export async function sessionDialog(id, name, tell) {
	const [{ faults }, session] = await Promise.all([askJSON("faults"), askJSON(`sessions/${id}`)]);
	const order = element("input", { type: "text", id: "fault-order", spellcheck: "false" });
	const about = element("span.quiet");
	const choice = element("select", { id: "fault-name", on: { change: () => choose() } },
		element("option", { value: "" }, "none"), faults.map((fault) => element("option", { value: fault.name }, fault.name)));
	const choose = () => {
		const fault = faults.find((item) => item.name === choice.value);
		order.value = fault ? JSON.stringify({ fault: fault.name, ...Object.fromEntries(fault.needed.map((option) => [option, 1])), times: 1 }) : "";
		about.textContent = fault ? fault.summary : "";
	};
	const speed = element("input", { type: "text", id: "speed", value: String(session.settings.speed) });
	const { pace } = session.settings;
	const said = (value) => (value === undefined ? "" : JSON.stringify(value));
	const first = element("input", { type: "text", id: "pace-first", placeholder: "none, or 0.5", size: 8, value: said(pace?.first) });
	const between = element("input", { type: "text", id: "pace-between", placeholder: "none, or 0.02", size: 8, value: said(pace?.between) });
	choose();
	const pending = session.faults.filter((fault) => fault.times === null || fault.done < fault.times);
	openDialog(`Session ${name ?? id}`, [
		element("p.quiet", {}, `${countOf(session.requests, "request")} so far; ${numeral(session.played)} of ${numeral(session.recordings)} recordings played.`
			+ (pending.length ? ` Ordered: ${pending.map((fault) => fault.fault).join(", ")}.` : "")),
		element("div.fields", {}, field("Fault for the next request", choice), element("span"), about, field("as an order", order),
			field("Speed of recordings (max, 1, 2…)", speed),
			field("Pace: seconds to the first token", first), field("and from token to token", between)),
		element("div.does", {}, pending.length ? button("Drop the faults that are ordered", async () => {
			await ask(`sessions/${id}/faults`, { method: "DELETE" });
			tell(`The session ${name ?? id} does no fault any more.`);
			document.querySelector("dialog")?.close();
		}) : null,
		button("Reset: play from the first again, empty the journal", async () => {
			await ask(`sessions/${id}/reset`, { method: "POST" });
			tell(`The session ${name ?? id} was reset.`);
			document.querySelector("dialog")?.close();
		})),
	], {
		label: "Apply",
		does: async () => {
			const seconds = (text) => (text.trim() ? JSON.parse(text) : 0);
			const isOrdered = order.value.trim() !== "";
			if (isOrdered) await ask(`sessions/${id}/faults`, { method: "POST", body: [JSON.parse(order.value)] });
			const changes = {};
			if (speed.value !== String(session.settings.speed)) changes.speed = speed.value === "max" ? "max" : Number(speed.value);
			if (first.value !== said(pace?.first) || between.value !== said(pace?.between)) {
				changes.pace = first.value || between.value ? { ...pace, first: seconds(first.value), between: seconds(between.value) } : null;
			}
			if (!isOrdered && !Object.keys(changes).length) return tell("Nothing was changed.");
			if (Object.keys(changes).length) await ask(`sessions/${id}`, { method: "PATCH", body: changes });
			return tell(`From the next request on, the session ${name ?? id} does so.`);
		},
	});
}

const SUBSTITUTE = /--substitute (\w+)/g;
const IGNORE = /--ignore (?:'([^']*)'|(\S+))/g;

/** What a remedy of a miss asks for, as options of a session; null if it is nothing that a session can do. */
export function remedyOptions(words) {
	const matching = {};
	const names = [...words.matchAll(SUBSTITUTE)].map((found) => found[1]);
	const paths = [...words.matchAll(IGNORE)].map((found) => found[1] ?? found[2]);
	if (names.length) matching.substitute = names;
	if (paths.length) matching.ignore = paths;
	if (words.includes("--rename-tool-ids")) matching.rename_tool_ids = true;
	if (words.includes("--compare last-turn")) matching.compare = "last-turn";
	const options = Object.keys(matching).length ? { matching } : {};
	if (words.includes("--convert")) options.convert = true;
	if (words.includes("--after-last repeat")) options.after_last = "repeat";
	return Object.keys(options).length ? options : null;
}
