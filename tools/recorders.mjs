// Sends requests through a recorder for Node, for tools/recorders.py.
//
//     node recorders.mjs TOOL URL FOLDER BODIES.json
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const [tool, url, folder, bodies] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const headers = {
  "content-type": "application/json",
  "x-api-key": "sk-ant-test-1",
  "anthropic-version": "2023-06-01",
  "accept-encoding": "gzip",
};

// Polly listens to node:http, the others to both.
function post(body) {
  return new Promise((resolve, reject) => {
    const length = { "content-length": Buffer.byteLength(body) };
    const request = http.request(url, { method: "POST", headers: { ...headers, ...length } }, (reply) => {
      reply.on("data", () => {});
      reply.on("end", resolve);
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function ask(body) {
  await (await fetch(url, { method: "POST", headers, body })).arrayBuffer();
}

const recorders = {
  async nock(all) {
    const nock = require("nock");
    nock.recorder.rec({ output_objects: true, dont_print: true });
    for (const body of all) await post(body);
    fs.writeFileSync(path.join(folder, "recorded.json"), JSON.stringify(nock.recorder.play()));
  },
  async "nock.back"(all) {
    const nock = require("nock");
    nock.back.fixtures = folder;
    nock.back.setMode("record");
    const { nockDone } = await nock.back("back.json");
    for (const body of all) await ask(body);
    nockDone();
  },
  async "Polly.js"(all) {
    const { Polly } = require("@pollyjs/core");
    Polly.register(require("@pollyjs/adapter-node-http"));
    Polly.register(require("@pollyjs/persister-fs"));
    const polly = new Polly("first", {
      adapters: ["node-http"],
      persister: "fs",
      persisterOptions: { fs: { recordingsDir: folder } },
      recordIfMissing: true,
      recordFailedRequests: true,
    });
    for (const body of all) await post(body);
    await polly.stop();
  },
  async "msw-snapshot"(all) {
    const { setupServer } = await import("msw/node");
    const { snapshot } = await import("msw-snapshot");
    const server = setupServer(snapshot({ basePath: folder, updateSnapshots: "all" }));
    server.listen({ onUnhandledRequest: "bypass" });
    for (const body of all) await ask(body);
    server.close();
  },
};

await recorders[tool](JSON.parse(fs.readFileSync(bodies, "utf8")));
process.exit(0); // some of them leave a timer behind
