// Users who ask as a profile says that people asked: models, sizes of requests, streams or not.
//
//   k6 run -e BASE=http://127.0.0.1:4010 -e PROFILE=./profile.json k6.js
//
// k6 reads a reply as a whole: `http_req_waiting` is the time to its first bytes, which a twin sends with the
// first token, and `http_req_duration` the time to its end.
import http from 'k6/http';
import { check, sleep } from 'k6';
import { Counter, Rate, Trend } from 'k6/metrics';

const profile = JSON.parse(open(__ENV.PROFILE || './profile.json'));
const base = __ENV.BASE || 'http://127.0.0.1:4010';
const headers = {
  'content-type': 'application/json',
  'x-api-key': 'sk-ant-test-load',
  'anthropic-version': '2023-06-01',
};
const frame = 150; // bytes of a request around its text

const firstToken = new Trend('first_token', true);
const broken = new Rate('broken_streams');
const overloaded = new Counter('overloaded');

export const options = {
  scenarios: {
    asking: { executor: 'ramping-vus', stages: [{ duration: '30s', target: 200 }, { duration: '1m', target: 200 }] },
  },
  thresholds: { first_token: ['p(95)<5000'] },
};

// A value of a distribution in the profile.
function drawn(percentiles) {
  const points = Object.entries(percentiles)
    .map(([name, value]) => [Number(name), value])
    .sort((one, other) => one[0] - other[0]);
  const place = points[0][0] + Math.random() * (points[points.length - 1][0] - points[0][0]);
  for (let at = 1; at < points.length; at++) {
    const [[left, low], [right, high]] = [points[at - 1], points[at]];
    if (place <= right) return low + ((high - low) * (place - left)) / (right - left);
  }
  return points[points.length - 1][1];
}

// A model, as often as it was asked.
function model() {
  let place = Math.random();
  for (const [name, share] of Object.entries(profile.models)) {
    place -= share;
    if (place < 0) return name;
  }
  return Object.keys(profile.models)[0];
}

export default function () {
  const words = Math.max(1, Math.floor((drawn(profile.replies.request_bytes) - frame) / 5));
  const stream = Math.random() < profile.replies.streamed;
  const body = {
    model: model(),
    max_tokens: 8192,
    stream,
    messages: [{ role: 'user', content: 'word '.repeat(words) }],
  };
  const reply = http.post(`${base}/v1/messages`, JSON.stringify(body), {
    headers,
    tags: { name: stream ? 'stream' : 'message' },
    timeout: '10m',
  });
  check(reply, { 'status is 200': (got) => got.status === 200 });
  if (reply.status === 529) overloaded.add(1);
  if (reply.status === 200 && stream) {
    firstToken.add(reply.timings.waiting);
    broken.add(!reply.body.includes('event: message_stop'));
  }
  sleep(0.5 + 1.5 * Math.random());
}
