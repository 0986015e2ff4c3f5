// What the page asks of its server. Every request shows the token; the feed is read with fetch, because an
// EventSource can send no field.

const BASE = new URL("./", document.baseURI); // …/_mockapi/
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 5000;
const SILENCE = 30000;

let token = takenToken();

// The token comes in the fragment, which no server sees. It is kept in the state of this entry of the tab's
// history: that survives a reload, and no other page can read it, not even one of the same origin.
function takenToken() {
	const said = new URLSearchParams(location.hash.slice(1)).get("token");
	if (said) keepToken(said);
	return said ?? history.state?.token ?? null;
}

function keepToken(said) {
	const rest = new URLSearchParams(location.hash.slice(1));
	rest.delete("token");
	history.replaceState({ token: said }, "", `${location.pathname}${location.search}${String(rest) && `#${rest}`}`);
}

/** The entry that the address names: its session and number, without the token; null if none. */
export function namedEntry() {
	const named = new URLSearchParams(location.hash.slice(1));
	return named.has("session") && named.has("entry") ? { session: named.get("session"), number: Number(named.get("entry")) } : null;
}

/** Let the address name an entry, so that a reload leads to it. */
export function nameEntry({ session, number }) {
	history.replaceState(history.state, "", `#${new URLSearchParams({ session, entry: number })}`);
}

/** Whether there is a token to show. */
export function hasToken() {
	return token !== null;
}

/** Use another token from now on. */
export function useToken(said) {
	token = said;
	keepToken(said);
}

/** An answer that is no success: its status, and the server's words. */
export class Refused extends Error {
	constructor(status, words) {
		super(words);
		this.status = status;
	}
}

/** Where clients of a session point at. */
export function baseURLOf(session) {
	const root = BASE.href.replace(/\/_mockapi\/$/, "");
	return session === "default" ? root : `${root}/s/${session}`;
}

/** A request to the control API; a Response that is a success. */
export async function ask(path, { method = "GET", body, signal, headers = {} } = {}) {
	const asked = fetch(new URL(path, BASE), {
		method, signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer",
		headers: { "x-mockapi-token": token ?? "", ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	const response = await asked.catch((error) => {
		throw error instanceof TypeError ? new Error("The server does not answer: was it stopped? The page goes on trying.") : error;
	});
	if (response.ok) return response;
	const said = await response.json().catch(() => null);
	throw new Refused(response.status, said?.error?.message ?? `The server answered ${response.status}.`);
}

/** The same, read as JSON. */
export async function askJSON(path, options) {
	return (await ask(path, options)).json();
}

/**
 * The feed, from now on and for ever: it comes back where it was when the connection is lost. `take` gets
 * lists of events, `tell` the state of the connection: "live", "lost" or "refused".
 */
export async function follow(take, tell) {
	let lastSeen = null;
	let pause = FIRST_PAUSE;
	for (;;) {
		const controller = new AbortController();
		let watch = setTimeout(() => controller.abort(), SILENCE);
		try {
			const headers = lastSeen ? { "last-event-id": lastSeen } : {};
			const response = await ask("ui/feed", { signal: controller.signal, headers });
			tell("live");
			pause = FIRST_PAUSE;
			for await (const event of eventsFrom(response.body)) {
				clearTimeout(watch);
				watch = setTimeout(() => controller.abort(), SILENCE);
				if (event.id) lastSeen = event.id;
				if (event.data) take({ kind: event.event, value: JSON.parse(event.data) });
			}
		} catch (error) {
			if (error instanceof Refused && (error.status === 401 || error.status === 403)) {
				tell("refused", error.message);
				return;
			}
		}
		clearTimeout(watch);
		tell("lost");
		await new Promise((done) => setTimeout(done, pause));
		pause = Math.min(LONGEST_PAUSE, pause * 1.7);
	}
}

async function* eventsFrom(stream) {
	const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return;
		const pieces = (rest + value).split("\n\n");
		rest = pieces.pop();
		for (const piece of pieces) {
			const event = {};
			for (const line of piece.split("\n")) {
				const colon = line.indexOf(": ");
				if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 2);
			}
			yield event;
		}
	}
}
