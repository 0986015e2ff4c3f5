// The rows that the feed has told, the filters over them, and the lane of each conversation.

const MOST_ROWS_KEPT = 10000;
const LANES = 4;
const COLOURS = 8;

/** The name of a row. */
export function keyOf(row) {
	return `${row.session}/${row.number}`;
}

/** Whether a request was sent again from the page: it is no turn of its conversation. */
export function isAgain(row) {
	return Number.isInteger(row.sent_again_from);
}

function isTogether(other, row) {
	return !isAgain(other) && other.session === row.session && other.conversation === row.conversation;
}

/** Whether an exchange went wrong. */
export function isBad(row) {
	return row.status >= 400 || (row.seconds !== null && !row.complete && !isAgain(row));
}

/** All rows in the order in which they came, and those that the filters let through. */
export class Store {
	#found = { text: "", keys: new Set() };
	#colours = new Map(); // by conversation, in the order of their first requests

	constructor() {
		this.rows = [];
		this.byKey = new Map();
		this.sessions = new Map();
		this.rules = new Set();
		this.filters = { session: "", source: "", status: "", rule: "", conversation: "", text: "" };
		this.shown = [];
		this.dropped = 0;
	}

	/** Take events of the feed. */
	take(events) {
		let moved = false;
		for (const { kind, value } of events) {
			if (kind === "row") moved = this.#put(value) || moved;
			else if (kind === "session") this.sessions.set(value.id, value);
			else if (kind === "cleared") this.#remove((row) => row.session === value.session && row.number <= value.through);
			else if (kind === "hello" && !value.resumes) this.#restart();
		}
		if (moved) this.rows.sort((a, b) => a.at - b.at || a.number - b.number);
		const over = this.rows.length - MOST_ROWS_KEPT;
		if (over > 0) {
			this.dropped += over;
			for (const row of this.rows.splice(0, over)) this.byKey.delete(keyOf(row));
		}
		this.refresh();
	}

	#put(row) {
		row.text = null;
		if (row.rule) this.rules.add(row.rule);
		const known = this.byKey.get(keyOf(row));
		if (known) {
			Object.assign(known, row);
			return false;
		}
		this.byKey.set(keyOf(row), row);
		const last = this.rows[this.rows.length - 1];
		this.rows.push(row);
		return last !== undefined && last.at > row.at;
	}

	#remove(goes) {
		this.rows = this.rows.filter((row) => !goes(row) || !this.byKey.delete(keyOf(row)));
	}

	#restart() {
		this.rows = [];
		this.byKey.clear();
		this.sessions.clear();
		this.rules.clear();
		this.#colours.clear();
		this.dropped = 0;
	}

	/** Look through all rows again. */
	refresh() {
		const { filters } = this;
		const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
		this.shown = this.rows.filter((row) => passes(row, filters) && (this.#hasFound(row) || words.every((word) => textOf(row).includes(word))));
		this.#arrange();
	}

	/** Rows that the server has found by what is searched: in their bodies, which rows do not hold. */
	found(text, keys) {
		this.#found = { text, keys: new Set(keys) };
		this.refresh();
	}

	#hasFound(row) {
		return this.filters.text !== "" && this.#found.text === this.filters.text && this.#found.keys.has(keyOf(row));
	}

	/** The row before one in its conversation; of one that was sent again the row that it was made from. */
	before(row) {
		if (isAgain(row)) return this.byKey.get(`${row.session}/${row.sent_again_from}`) ?? null;
		if (!row.conversation) return null;
		let found = null;
		for (const other of this.rows) {
			if (other === row) break;
			if (isTogether(other, row)) found = other;
		}
		return found;
	}

	/** The rows of a row's conversation; what was sent again stands alone. */
	conversation(row) {
		return this.rows.filter((other) => other === row || (!isAgain(row) && isTogether(other, row)));
	}

	// Each conversation has a lane from its first row to its last; a lane is free again after that.
	#arrange() {
		const last = new Map();
		this.shown.forEach((row, at) => last.set(laneKey(row), at));
		const lanes = Array(LANES).fill(null);
		const own = new Map();
		const colours = this.#colours;
		this.lanes = this.shown.map((row, at) => {
			const key = laneKey(row);
			if (!colours.has(key)) colours.set(key, colours.size % COLOURS);
			if (!own.has(key)) {
				const free = lanes.indexOf(null);
				own.set(key, free < 0 ? LANES - 1 : free);
				if (free >= 0) lanes[free] = key;
			}
			const lane = own.get(key);
			const drawn = lanes.map((holder) => (holder === null ? -1 : colours.get(holder)));
			if (last.get(key) === at && lanes[lane] === key) lanes[lane] = null;
			return { lane, colour: colours.get(key), drawn, goesOn: lanes.map((holder) => holder !== null) };
		});
	}
}

function laneKey(row) {
	return `${row.session}/${row.conversation ?? "-"}`;
}

function passes(row, { session, source, status, rule, conversation }) {
	if (session && row.session !== session) return false;
	if (source && row.source !== source) return false;
	if (rule && row.rule !== rule) return false;
	if (conversation && laneKey(row) !== conversation) return false;
	if (status === "failed") return isBad(row);
	if (status === "sending") return row.seconds === null && !row.complete;
	return !status || String(row.status).startsWith(status);
}

function textOf(row) {
	row.text ??= [row.words, row.said, row.model, row.path, row.rule, row.recording, row.name, row.session, row.faults,
		row.stop, row.source, row.status].join(" ").toLowerCase();
	return row.text;
}

/** What a filter for a row's conversation is. */
export { laneKey };
