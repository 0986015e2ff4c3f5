// The cassettes that are loaded: which interactions were played, their sizes, and each in the same views.

import { askJSON } from "./api.js";
import { button, element, seenText } from "./views/element.js";
import { exchangeView, statusMark } from "./views/exchange.js";
import { bytesOf, countOf } from "./views/format.js";

const MOST_INTERACTIONS = 2000;

/** The view of all cassettes, filled when the server has answered. */
export async function cassettesView() {
  const { paths, interactions } = await askJSON("cassettes/interactions");
  const detail = element("div.pane.detail", { tabindex: 0, "aria-label": "Interaction" });
  const shown = element("tbody");
  const seenBodies = new Map();
  for (const item of interactions) if (!seenBodies.has(item.digest)) seenBodies.set(item.digest, item.number);
  const open = async (item) => {
    const view = exchangeView(await askJSON(`cassettes/interactions/${item.number}`));
    detail.replaceChildren(view);
    detail.scrollTop = 0;
  };
  const draw = () => {
    const rows = interactions.filter((item) => (which.value === "unused" ? !item.played : which.value === "edited" ? item.edited : true)
      && `${item.cassette} ${item.summary}`.toLowerCase().includes(search.value.toLowerCase()));
    shown.replaceChildren(...rows.slice(0, MOST_INTERACTIONS).map((item) => element("tr", {},
      element("td", {}, button(seenText(`${shortName(item.cassette)}#${item.interaction}`), () => open(item), { class: "more" })),
      element("td", {}, seenText(item.summary), item.edited ? element("span.chip", {}, "edited") : null),
      element("td", {}, statusMark(item.status)),
      element("td.number", {}, bytesOf(item.asked + item.answered)),
      element("td", {}, item.played ? "played" : element("span.quiet", {}, "not yet")))));
    count.textContent = `${countOf(rows.length, "interaction")}, ${bytesOf(rows.reduce((sum, item) => sum + item.asked + item.answered, 0))}; `
      + `${countOf(interactions.filter((item) => !item.played).length, "interaction")} not played yet`;
  };
  const which = element("select", { "aria-label": "Which interactions", on: { change: () => draw() } },
    element("option", { value: "" }, "all"), element("option", { value: "unused" }, "not played"), element("option", { value: "edited" }, "edited"));
  const search = element("input", { type: "search", "aria-label": "Search in cassettes", placeholder: "Search", on: { input: () => draw() } });
  const count = element("p.quiet");
  const head = ["interaction", "what", "status", "size", "played"].map((name) => element(name === "size" ? "th.number" : "th", { scope: "col" }, name));
  draw();
  const table = element("table", {}, element("thead", {}, element("tr", {}, head)), shown);
  const list = element("div.pane", { tabindex: 0, "aria-label": "Cassettes" }, element("div.cassettes", {},
    element("div.actions", {}, which, search), count, element("p.quiet", {}, seenText(paths.join(", "))), table));
  if (interactions.length) open(interactions[0]);
  else detail.append(element("div.empty", {}, "No cassette is loaded."));
  return element("div.panes", {}, list, detail);
}

function shortName(name) {
  return name.split("/").slice(-2).join("/");
}
