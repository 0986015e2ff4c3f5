// The one way in which elements are made. Text becomes text nodes: nothing of what is shown is ever
// read as HTML, and no attribute that could run a script is set.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * An element. `kind` is a tag with classes: "div.turn.new". Properties are attributes, but for `on`
 * (listeners by event) and `style` (CSS properties). Children are nodes, texts, lists of both, or null.
 */
export function element(kind, properties = {}, ...children) {
	const [tag, ...classes] = kind.split(".");
	const made = document.createElement(tag);
	if (classes.length) made.className = classes.join(" ");
	return filled(made, properties, children);
}

/** The same for SVG. */
export function drawn(kind, properties = {}, ...children) {
	const [tag, ...classes] = kind.split(".");
	const made = document.createElementNS(SVG_NAMESPACE, tag);
	if (classes.length) made.setAttribute("class", classes.join(" "));
	return filled(made, properties, children);
}

function filled(made, properties, children) {
	for (const [name, value] of Object.entries(properties)) {
		if (value === null || value === undefined || value === false) continue;
		if (name === "on") {
			for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
		} else if (name === "style") {
			for (const [property, said] of Object.entries(value)) made.style.setProperty(property, said);
		} else {
			made.setAttribute(name, value === true ? "" : String(value));
		}
	}
	made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	return made;
}

/** A button that does something. */
export function button(words, does, properties = {}) {
	return element("button", { type: "button", ...properties, on: { click: does } }, words);
}

// Characters that cannot be seen, or that change the order in which others are seen.
const UNSEEN =
	/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/g;

/** A text as nodes, its unseen characters by their numbers. */
export function seen(text) {
	const nodes = [];
	let at = 0;
	for (const found of text.matchAll(UNSEEN)) {
		if (found.index > at) nodes.push(text.slice(at, found.index));
		nodes.push(element("span.unseen", {}, codeOf(found[0])));
		at = found.index + found[0].length;
		if (nodes.length > 2000) break; // a text of nothing else
	}
	if (at < text.length) nodes.push(text.slice(at));
	return nodes;
}

/** The same as one text, for places that take no nodes. */
export function seenText(text) {
	return text.replace(UNSEEN, codeOf);
}

function codeOf(character) {
	return "\u2039U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u203a";
}

const FIRST_PART = 4000;
const NEXT_PART = 100000;

/** A text of any length: its beginning, and a button for more of it. */
export function longText(text, kind = "div.text", first = FIRST_PART) {
	const holder = element(kind);
	let at = 0;
	const more = (size) => {
		holder.append(...seen(text.slice(at, at + size)));
		at += size;
		if (at >= text.length) return;
		const rest = (text.length - at).toLocaleString("en");
		const next = button(`show more (${rest} characters)`, () => {
			next.remove();
			more(NEXT_PART);
		}, { class: "more" });
		holder.append(next);
	};
	more(text.length <= first * 1.25 ? text.length : first);
	return holder;
}

/** Something that opens: what is in it is made when it is opened first. */
export function fold(summary, make, { open = false, kind = "details.fold" } = {}) {
	const holder = element(kind, {}, element("summary", {}, summary));
	const fill = () => {
		if (holder.open && !holder.dataset.filled) {
			holder.dataset.filled = "yes";
			holder.append(...[make()].flat());
		}
	};
	holder.addEventListener("toggle", fill);
	if (open) {
		holder.open = true;
		fill();
	}
	return holder;
}

const FIRST_ITEMS = 60;
const NEXT_ITEMS = 200;

/** A list of any length: the last items, and a button for earlier ones. */
export function lastItems(items, make, word, first = FIRST_ITEMS) {
	const holder = element("div.items");
	let at = items.length;
	const more = (count) => {
		const from = Math.max(0, at - count);
		const made = items.slice(from, at).map((item, index) => make(item, from + index));
		holder.prepend(...made.flat());
		at = from;
		if (at > 0) {
			const next = button(`show earlier (${at.toLocaleString("en")} ${word}${at === 1 ? "" : "s"})`, () => {
				next.remove();
				more(NEXT_ITEMS);
			}, { class: "more" });
			holder.prepend(next);
		}
	};
	more(Math.min(first, FIRST_ITEMS));
	return holder;
}
