// The agent SDK for TypeScript, which runs its own copy of Claude Code: one query.
import assert from "node:assert/strict";
import { query } from "@anthropic-ai/claude-agent-sdk";

let last;
for await (const message of query({ prompt: "Say hello", options: { maxTurns: 2, allowedTools: [] } })) {
  last = message;
}
assert.equal(last.type, "result");
assert.equal(last.is_error, false, JSON.stringify(last));
console.log("a query");
