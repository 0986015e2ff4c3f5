// A stream as a timeline: chunks as ticks on an axis of time, blocks and events under them, gaps, the first
// token, and how it ended. What was recorded stands above what was sent.

import { drawn, element } from "./element.js";
import { countOf, duration, inLine, isObject } from "./format.js";
import { progressOf } from "./sent.js";
import { kindOfEvent, momentOf, momentsOf } from "./stream.js";

const LEFT = 78;
const RIGHT = 22;
const LANE_HEIGHT = 26;
const BLOCK_HEIGHT = 18;
const MOST_BLOCK_LANES = 8;
const NARROWEST = 360;

/** Both schedules of a document, and the one that its events are shown on. */
export function schedulesOf(exchange) {
	const { reply, recording } = exchange;
	// Sent again from the page, nothing was paced.
	const isAside = progressOf(exchange).state === "aside";
	const sent = isAside ? momentsOf(reply.chunks.map(([, size]) => [0, size])) : momentsOf(reply.chunks, reply.hold);
	const recorded = exchange.session !== null && recording && recording.chunks.length > 1 ? momentsOf(recording.chunks) : null;
	const lasts = (moments) => (moments && moments.length ? moments[moments.length - 1].at : 0);
	// Sent at once, a recording still tells how it came when it was recorded.
	const shown = recorded && !recording.differs && lasts(sent) === 0 ? recorded : sent;
	return { sent, recorded, shown, isAside, seconds: Math.max(lasts(sent), lasts(recorded)) };
}

/** When the first token came: the first delta of a block; null if none did. */
export function firstTokenOf(events, moments) {
	const first = events.find((event) => event.value?.type === "content_block_delta");
	return first ? momentOf(moments, first.end) : null;
}

/** The pauses that stand out: longer than three usual ones, and than a part of the whole. */
export function gapsOf(moments) {
	const pauses = moments.slice(1).map((moment, index) => ({ from: moments[index].at, to: moment.at }));
	const lengths = pauses.map((pause) => pause.to - pause.from).sort((a, b) => a - b);
	const usual = lengths[lengths.length >> 1] ?? 0;
	const whole = moments.length ? moments[moments.length - 1].at : 0;
	const least = Math.max(3 * usual, 0.08 * whole, 0.02);
	return pauses
		.filter((pause) => pause.to - pause.from >= least)
		.sort((a, b) => b.to - b.from - (a.to - a.from))
		.slice(0, 12);
}

/**
 * The timeline of a document whose reply was read. `onPick` is told the number of events that had come at a
 * moment that was pointed at. The result has `show(count)`, which moves the cursor, and `reach(progress)`, which
 * greys what was not sent.
 */
export function timelineView(exchange, read, onPick = () => {}) {
	const schedules = schedulesOf(exchange);
	const times = read.events.map((event) => momentOf(schedules.shown, event.end));
	const holder = element("div.timeline");
	let count = read.events.length;
	let geometry = null;
	let progress = progressOf(exchange, read.events);
	const draw = () => {
		const width = Math.max(NARROWEST, Math.floor(holder.clientWidth || 720));
		geometry = { width, x: (at) => LEFT + (at / (schedules.seconds || 1)) * (width - LEFT - RIGHT) };
		holder.replaceChildren(picture(exchange, read, schedules, times, geometry));
		place();
	};
	const place = () => {
		const cursor = holder.querySelector(".cursor");
		if (!cursor || !geometry) return;
		const at = count > 0 ? times[count - 1] ?? schedules.seconds : 0;
		cursor.setAttribute("transform", `translate(${geometry.x(at)} 0)`);
		cover(holder.querySelector(".unsent"), progress, schedules, geometry);
	};
	const pick = (event) => {
		const box = holder.firstChild.getBoundingClientRect();
		const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
		const at = Math.min(1, Math.max(0, share)) * schedules.seconds;
		let had = 0;
		while (had < times.length && times[had] !== null && times[had] <= at + 1e-9) had += 1;
		onPick(had);
	};
	holder.addEventListener("pointerdown", (event) => {
		pick(event);
		holder.setPointerCapture(event.pointerId);
	});
	holder.addEventListener("pointermove", (event) => event.buttons === 1 && pick(event));
	draw();
	if (typeof ResizeObserver === "function") {
		let drawnWidth = 0;
		new ResizeObserver(([entry]) => {
			const width = Math.floor(entry.contentRect.width);
			if (width && width !== drawnWidth) {
				drawnWidth = width;
				draw();
			}
		}).observe(holder);
	}
	holder.show = (events) => {
		count = events;
		place();
	};
	holder.reach = (reached) => {
		progress = reached;
		place();
	};
	holder.times = times;
	return holder;
}

function picture(exchange, read, schedules, times, { width, x }) {
	const parts = [];
	let y = 22;
	const lanes = [];
	if (schedules.recorded) lanes.push(["recorded", schedules.recorded]);
	if (!schedules.isAside || !schedules.recorded) lanes.push([exchange.session === null ? "recorded" : "sent", schedules.sent]);
	const bottomOf = (at) => at + LANE_HEIGHT - 6;
	for (const [name, moments] of lanes) {
		parts.push(laneOf(name, moments, y, x, width, schedules.seconds));
		y = bottomOf(y) + 8;
	}
	const [bars, height] = blockBars(read.events, times, y, x, schedules);
	parts.push(bars);
	y += height;
	parts.push(eventTicks(read.events, times, y, x));
	if (read.events.length) y += 18;
	const first = firstTokenOf(read.events, schedules.shown);
	if (first !== null && schedules.seconds > 0) parts.push(firstTokenMark(first, x, y, width));
	parts.push(endMark(exchange.reply.ending, schedules, x, y));
	const cursor = drawn("g.cursor", {}, drawn("line", { x1: 0, x2: 0, y1: 14, y2: y }));
	const words = `${countOf(exchange.reply.chunks.length, "chunk")} and ${countOf(read.events.length, "event")} in ${duration(schedules.seconds)}`;
	return drawn(
		"svg", { width, height: y + 22, viewBox: `0 0 ${width} ${y + 22}`, role: "img", "aria-label": words },
		axis(schedules, x, y, width), parts,
		drawn("g.unsent", {}, drawn("rect", { y: 14, height: y - 12 }), drawn("line", { y1: 14, y2: y }), drawn("text", { y: 13 }, "the client left")), cursor,
	);
}

// What was not sent lies under a veil; where the client left stands a line.
function cover(veil, { state, until }, { shown, sent, seconds }, { width, x }) {
	const isCut = until < seconds && shown === sent;
	veil.toggleAttribute("hidden", !isCut);
	veil.dataset.state = state;
	if (!isCut) return;
	const at = x(Math.max(0, until));
	const [rect, line, text] = veil.children;
	rect.setAttribute("x", at);
	rect.setAttribute("width", Math.max(0, width - at));
	line.setAttribute("x1", at);
	line.setAttribute("x2", at);
	text.setAttribute("x", at + (at > width / 2 ? -5 : 5));
	text.setAttribute("text-anchor", at > width / 2 ? "end" : "start");
}

function axis({ seconds, isAside }, x, y, width) {
	if (!seconds) return drawn("text.axis", { x: LEFT, y: y + 16 }, isAside ? "not sent over a connection" : "sent at once");
	const step = niceStep(seconds / Math.max(2, Math.floor((width - LEFT) / 110)));
	const marks = [];
	for (let at = 0; at <= seconds * 1.0001; at += step) {
		marks.push(drawn("line.grid", { x1: x(at), x2: x(at), y1: 14, y2: y }));
		const last = x(at) > width - 60;
		marks.push(drawn("text.axis", { x: x(at), y: y + 15, "text-anchor": at === 0 ? "start" : last ? "end" : "middle" }, duration(at)));
	}
	return drawn("g", {}, marks);
}

function niceStep(rough) {
	const power = 10 ** Math.floor(Math.log10(rough));
	const share = rough / power;
	return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

function laneOf(name, moments, y, x, width, seconds) {
	const label = drawn("text.lane", { x: LEFT - 10, y: y + 14, "text-anchor": "end" }, name);
	const base = drawn("line.base", { x1: LEFT, x2: width - RIGHT, y1: y + 18, y2: y + 18 });
	if (!seconds) return drawn("g", {}, label, base, drawn("path.tick", { d: `M${LEFT} ${y + 2}V${y + 18}` }));
	const largest = Math.max(1, ...moments.slice(0, 5000).map((moment) => moment.size));
	// One tick for each pixel: of thousands of chunks in it, the largest.
	const heights = new Map();
	for (const { at, size } of moments) {
		const pixel = Math.round(x(at) * 2) / 2;
		heights.set(pixel, Math.max(heights.get(pixel) ?? 0, size));
	}
	let path = "";
	for (const [pixel, size] of heights) path += `M${pixel} ${(y + 18 - (5 + 11 * Math.sqrt(size / largest))).toFixed(1)}V${y + 18}`;
	const gaps = gapsOf(moments).map(({ from, to }) => [
		drawn("rect.gap", { x: x(from), y: y + 4, width: Math.max(1, x(to) - x(from)), height: 14 },
			drawn("title", {}, `gap of ${duration(to - from)}`)),
		x(to) - x(from) > 46
			? drawn("text.gaplabel", { x: (x(from) + x(to)) / 2, y: y + 14.5, "text-anchor": "middle" }, duration(to - from))
			: null,
	]);
	return drawn("g", {}, label, base, gaps, drawn("path.tick", { d: path }));
}

function blockBars(events, times, y, x, schedules) {
	const blocks = new Map();
	events.forEach((event, index) => {
		const value = event.value;
		if (!isObject(value) || !Number.isInteger(value.index)) return;
		if (value.type === "content_block_start" && blocks.size < MOST_BLOCK_LANES) {
			blocks.set(value.index, { block: isObject(value.content_block) ? value.content_block : {}, from: index, to: null });
		}
		if (value.type === "content_block_stop" && blocks.has(value.index)) blocks.get(value.index).to = index;
	});
	if (!blocks.size || !schedules.seconds) return [null, 0];
	const bars = [...blocks.values()].map(({ block, from, to }, lane) => {
		const begins = x(times[from] ?? schedules.seconds);
		const ends = x(to === null ? schedules.seconds : times[to] ?? schedules.seconds);
		const name = block.name ? `${block.type} ${block.name}` : String(block.type);
		const top = y + lane * BLOCK_HEIGHT;
		const isInside = ends - begins >= 130;
		const toLeft = !isInside && begins > LEFT + 220;
		return [
			drawn("rect.bar", { "data-type": String(block.type), x: begins, y: top + 2, width: Math.max(2, ends - begins), height: 14, rx: 2 }),
			drawn(isInside ? "text.bar.inside" : "text.bar", {
				x: toLeft ? begins - 6 : isInside ? begins + 6 : ends + 6, y: top + 13, "text-anchor": toLeft ? "end" : "start",
			}, inLine(name, 40)),
		];
	});
	return [drawn("g", {}, drawn("text.lane", { x: LEFT - 10, y: y + 13, "text-anchor": "end" }, "blocks"), bars), blocks.size * BLOCK_HEIGHT + 4];
}

function eventTicks(events, times, y, x) {
	if (!events.length) return null;
	const paths = new Map();
	const pixels = new Set();
	events.forEach((event, index) => {
		if (times[index] === null) return;
		const kind = kindOfEvent(event);
		const pixel = Math.round(x(times[index]) * 2) / 2;
		if (pixels.has(`${kind} ${pixel}`)) return;
		pixels.add(`${kind} ${pixel}`);
		paths.set(kind, (paths.get(kind) ?? "") + `M${pixel} ${y + 3}v10`);
	});
	return drawn("g", {}, drawn("text.lane", { x: LEFT - 10, y: y + 12, "text-anchor": "end" }, "events"),
		[...paths].map(([kind, d]) => drawn("path.event", { d, "data-type": kind }, drawn("title", {}, kind))));
}

function firstTokenMark(at, x, y, width) {
	const isLate = x(at) > width / 2;
	return drawn("g.first", {}, drawn("line", { x1: x(at), x2: x(at), y1: 6, y2: y }),
		drawn("text", { x: x(at) + (isLate ? -5 : 5), y: 13, "text-anchor": isLate ? "end" : "start" }, `first token ${duration(at)}`));
}

const ENDINGS = {
	reset: "connection reset",
	stall: "nothing more comes",
	cut: "connection closed early",
	"half-close": "closed by one side",
};

/** How a reply ended that did not end well, in words; null if it did. */
export function endingWords(ending) {
	return ENDINGS[ending] ?? null;
}

function endMark(ending, schedules, x, y) {
	const words = endingWords(ending);
	if (!words) return null;
	const last = schedules.sent.length ? schedules.sent[schedules.sent.length - 1].at : 0;
	const at = x(last);
	return drawn("g.ending", {}, drawn("line", { x1: at, x2: at, y1: 14, y2: y }),
		drawn("text", { x: at - 5, y: y - 4, "text-anchor": at > 240 ? "end" : "start" }, words));
}
