-- How much a server takes: as many requests as there are connections, one after the other.
--
--   wrk -t1 -c200 -d30s --timeout 60s -s wrk.lua http://127.0.0.1:4010
--
-- wrk counts whole replies, so its latency is the time to a reply's end, streamed or not. It reads no profile:
-- SIZES are the bytes of the questions, and STREAM says whether they ask for streams.

local SIZES = { 200, 400, 800, 1600, 6400 }
local STREAM = os.getenv("STREAM") ~= "0"
local MODEL = os.getenv("MODEL") or "claude-sonnet-5"

local statuses, asked = {}, 0
local threads = {}

wrk.headers["content-type"] = "application/json"
wrk.headers["x-api-key"] = "sk-ant-test-load"
wrk.headers["anthropic-version"] = "2023-06-01"

function setup(thread)
  table.insert(threads, thread)
end

function request()
  asked = asked + 1
  local text = string.rep("word ", math.floor(SIZES[asked % #SIZES + 1] / 5))
  local body = string.format(
    '{"model":"%s","max_tokens":8192,"stream":%s,"messages":[{"role":"user","content":"%s"}]}',
    MODEL, tostring(STREAM), text)
  return wrk.format("POST", "/v1/messages", nil, body)
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
  told = ""
  for code, count in pairs(statuses) do
    told = told .. string.format("%d %d ", code, count)
  end
end

function done(summary, latency)
  local total = {}
  for _, thread in ipairs(threads) do
    for code, count in string.gmatch(thread:get("told") or "", "(%d+) (%d+)") do
      total[code] = (total[code] or 0) + tonumber(count)
    end
  end
  io.write("statuses:")
  for code, count in pairs(total) do
    io.write(string.format("  %s: %d", code, count))
  end
  io.write(string.format("\nlatency: p50 %.0f ms, p95 %.0f ms, p99 %.0f ms\n",
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
