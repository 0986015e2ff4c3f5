// Sends requests through a recorder for Node, for tools/recorders.py.
//
//     node recorders.mjs TOOL URL FOLDER BODIES.json
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

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

async function ask(body, place = url) {
  return await (await fetch(place, { method: "POST", headers, body })).arrayBuffer();
}

// What a library exports, as a module of either kind.
async function library(name) {
  return (await import(pathToFileURL(require.resolve(name)))).default;
}

// The first group that a program prints and that fits.
function printed(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
      const found = pattern.exec(text);
      if (found) resolve(found[1]);
    });
    child.on("exit", () => reject(new Error(`it ended: ${text}`)));
  });
}

const recorders = {
  async nock(all) {
    const nock = await library("nock");
    nock.recorder.rec({ output_objects: true, dont_print: true });
    for (const body of all) await post(body);
    fs.writeFileSync(path.join(folder, "recorded.json"), JSON.stringify(nock.recorder.play()));
  },
  async "nock.back"(all) {
    const nock = await library("nock");
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
  async WireMock(all) {
    const build = path.join(path.dirname(require.resolve("wiremock/package.json")), "build");
    const jar = path.join(build, fs.readdirSync(build).find((name) => name.endsWith(".jar")));
    const child = spawn("java", ["-jar", jar, "--port", "0", "--root-dir", folder]);
    try {
      const base = `http://127.0.0.1:${await printed(child, /port: +(\d+)/)}`;
      const target = { targetBaseUrl: new URL(url).origin, requestBodyPattern: { matcher: "equalToJson" } };
      await ask(JSON.stringify(target), `${base}/__admin/recordings/start`);
      for (const body of all) await ask(body, `${base}/v1/messages`);
      await ask("", `${base}/__admin/recordings/stop`);
    } finally {
      child.removeAllListeners("exit");
      child.kill();
    }
  },
  // Its command line records nothing, but writes environments of OpenAPI descriptions.
  async Mockoon([first]) {
    const example = JSON.parse(Buffer.from(await ask(first)).toString());
    const content = { "application/json": { schema: { type: "object", example } } };
    const answer = { description: "OK", content };
    const paths = { "/v1/messages": { post: { responses: { 200: answer } } } };
    const description = path.join(path.dirname(folder), "openapi.json");
    const info = { title: "Messages", version: "1" };
    fs.writeFileSync(description, JSON.stringify({ openapi: "3.0.0", info, paths }));
    const cli = path.join(path.dirname(require.resolve("@mockoon/cli/package.json")), "bin", "run.js");
    const output = path.join(folder, "environment.json");
    execFileSync("node", [cli, "import", "--input", description, "--output", output]);
  },
};

await recorders[tool](JSON.parse(fs.readFileSync(bodies, "utf8")));
process.exit(0); // some of them leave a timer behind
