// A small event-stream decoder with a bug of the usual kind: it knows LF and CRLF, and no lone CR.
// With `--driver` it is a driver for `mockapi conformance run`; without, it decodes standard input
// and prints one event a line, as JSON: type, data, last event id.
import { createInterface } from "node:readline";

export function* decode(chunks) {
  const text = new TextDecoder("utf-8").decode(Buffer.concat([...chunks]));
  let type = "", data = null, id = "", next = "";
  for (const line of text.split(/\r?\n/).slice(0, -1)) {
    const at = line.indexOf(":");
    const name = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
    if (line === "") {
      id = next;
      if (data !== null) yield [type || "message", data, id];
      [type, data] = ["", null];
    } else if (name === "data") data = data === null ? value : `${data}\n${value}`;
    else if (name === "event") type = value;
    else if (name === "id" && !value.includes("\0")) next = value;
  }
}

async function drive() {
  for await (const line of createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    let answer = { name: "decoder.mjs", sees: "events" };
    if (question.base_url) {
      const reply = await fetch(`${question.base_url}/v1/messages`, { method: "POST", body: "{}" });
      answer = { events: [...decode([Buffer.from(await reply.arrayBuffer())])], error: null };
    }
    console.log(JSON.stringify(answer));
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  if (process.argv[2] === "--driver") await drive();
  else {
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    for (const event of decode(chunks)) console.log(JSON.stringify(event));
  }
}
