// Holds a function to a folder of cases: node run.mjs FOLDER MODULE [sse|messages]
// The module exports `decode`, from chunks to [type, data, id], or `message`, from chunks to a message.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, module, level = "sse"] = process.argv.slice(2);
const { decode, message } = await import(pathToFileURL(resolve(module)));

function* cut(body, runs) {
  let at = 0;
  for (const [size, count] of runs) for (let n = 0; n < count; n++) yield body.subarray(at, (at += size));
}

const plain = (value, ignore) => {
  if (Array.isArray(value)) return value.map((item) => plain(item, ignore));
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key, item]) => item !== null && !ignore.includes(key)).sort();
  return Object.fromEntries(kept.map(([key, item]) => [key, plain(item, ignore)]));
};
const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
const size = (value) => {
  if (typeof value === "string") return value.length;
  if (value === null || typeof value !== "object") return value === null ? 0 : 1;
  return sum(Object.entries(value).map(([key, item]) => (Array.isArray(value) ? 1 : key.length) + size(item)));
};
const amount = (said) => sum((said?.content ?? []).flatMap(Object.values).map(size));

function verdict(told, chunks) {
  const same = (one, other) => JSON.stringify(plain(one, told.ignore)) === JSON.stringify(plain(other, told.ignore));
  let shown;
  try { shown = level === "sse" ? [...decode(chunks)] : message(chunks); }
  catch { return told.want === "whole" || (level === "sse" && told.want !== "either") ? "differs" : "conforms"; }
  if (level === "sse") {
    if (same(shown, told.events)) return "conforms";
    const rest = told.events.values();
    const isPart = shown.every((event) => { for (const other of rest) if (same(event, other)) return true; return false; });
    return isPart && shown.length < told.events.length ? "silent loss" : "differs";
  }
  if (told.want === "error") return "silent loss";
  if (told.messages.some((right) => same(shown, right))) return told.want === "whole" ? "conforms" : "tolerates";
  return amount(shown) < Math.min(...told.messages.map(amount)) ? "silent loss" : "differs";
}

for (const name of readdirSync(folder).filter((file) => /^[yni]_.*\.json$/.test(file)).sort()) {
  const told = JSON.parse(readFileSync(join(folder, name), "utf8"));
  if (told.level !== level || told.over_http) continue;
  console.log(`${verdict(told, cut(readFileSync(join(folder, told.stream)), told.chunks))}\t${told.id}`);
}
