// Clients in JavaScript as drivers, correct ones and broken ones: `node clients.mjs NAME`.
import http from 'node:http'
import readline from 'node:readline'
import { LineDecoder, Message, StreamBroken, decodeEach, decodeString, decodeText, parse } from './reading.mjs'

const BODY = JSON.stringify({
  model: 'claude-sonnet-4-5', max_tokens: 64, stream: true, messages: [{ role: 'user', content: 'Hi' }],
})
const HEADERS = {
  'content-type': 'application/json', accept: 'text/event-stream', 'accept-encoding': 'identity',
  'x-api-key': 'sk-ant-test-holdout', 'anthropic-version': '2023-06-01',
}

const check = (status, kind) => {
  if (status !== 200 || (kind ?? '').split(';')[0].trim().toLowerCase() !== 'text/event-stream') {
    throw new StreamBroken(`status ${status} with ${kind}`)
  }
}

// A limit to silence, not to the whole reply: each piece winds the clock up again.
const watch = (seconds, stop) => {
  let timer
  const wind = () => {
    clearTimeout(timer)
    timer = setTimeout(stop, seconds * 1000)
  }
  wind()
  return { wind, end: () => clearTimeout(timer) }
}

async function* byFetch(baseUrl, timeout, look = check) {
  const control = new AbortController()
  const clock = watch(timeout, () => control.abort(new StreamBroken('the stream fell silent')))
  try {
    const url = `${baseUrl}/v1/messages`
    const response = await fetch(url, { method: 'POST', body: BODY, headers: HEADERS, signal: control.signal })
    look(response.status, response.headers.get('content-type'))
    for await (const chunk of response.body ?? []) {
      clock.wind()
      yield chunk
    }
  } finally {
    clock.end()
    control.abort()
  }
}

async function* byReader(baseUrl, timeout) {
  const control = new AbortController()
  const clock = watch(timeout, () => control.abort(new StreamBroken('the stream fell silent')))
  const url = `${baseUrl}/v1/messages`
  let reader
  try {
    const response = await fetch(url, { method: 'POST', body: BODY, headers: HEADERS, signal: control.signal })
    check(response.status, response.headers.get('content-type'))
    reader = response.body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clock.wind()
      yield value
    }
  } finally {
    clock.end()
    await reader?.cancel().catch(() => {})
  }
}

async function* byNodeHttp(baseUrl, timeout) {
  const request = http.request(`${baseUrl}/v1/messages`, { method: 'POST', headers: HEADERS, agent: false })
  request.setTimeout(timeout * 1000, () => request.destroy(new StreamBroken('the stream fell silent')))
  const response = await new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', reject)
    request.end(BODY)
  })
  try {
    check(response.statusCode, response.headers['content-type'])
    yield* response
  } finally {
    request.destroy()
  }
}

async function* decoded(chunks, decoder = new LineDecoder(), text = decodeText()) {
  for await (const chunk of chunks) yield* decoder.feed(text(chunk))
}

async function* throughTransform(chunks, text = decodeText()) {
  const decoder = new LineDecoder()
  const transform = new TransformStream({
    transform(chunk, controller) {
      for (const event of decoder.feed(text(chunk))) controller.enqueue(event)
    },
  })
  yield* ReadableStream.from(chunks).pipeThrough(transform)
}

const failure = (error) => ({ type: error.name, message: String(error.message ?? error), documented: true })

async function message(events) {
  const reader = new Message()
  try {
    for await (const [name, data] of events) {
      const event = parse(name, data)
      if (event) reader.take(event)
      if (reader.done) break
    }
    return { message: reader.finish(), error: null }
  } catch (error) {
    return { message: null, error: failure(error) }
  }
}

async function stream(events) {
  const reader = new Message()
  const shown = []
  try {
    for await (const [name, data] of events) {
      const event = parse(name, data)
      if (!event) continue
      reader.take(event)
      shown.push(event)
      if (reader.done) break
    }
    reader.finish()
    return { stream: shown, error: null }
  } catch (error) {
    return { stream: shown, error: failure(error) }
  }
}

async function all(events) {
  const shown = []
  try {
    for await (const event of events) shown.push(event)
    return { events: shown, error: null }
  } catch (error) {
    return { events: shown, error: failure(error) }
  }
}

async function text(events) {
  const answer = await message(events)
  if (!answer.message) return answer
  const { content, stop_reason } = answer.message
  const texts = content.filter((block) => block.type === 'text').map((block) => block.text)
  const calls = content.filter((block) => block.type === 'tool_use')
  const tool_calls = calls.map(({ id, name, input }) => ({ id, name, input }))
  return { message: { text: texts.join(''), tool_calls, stop_reason, raw: content.length }, error: null }
}

async function* blocksOfEachChunk(chunks) {
  const decode = decodeText()
  for await (const chunk of chunks) {
    for (const block of decode(chunk).split('\n\n')) yield* new LineDecoder().feed(`${block}\n\n`)
  }
}

const anyStatus = () => {}
async function emptyForErrors(events) {
  const answer = await message(events)
  const nothing = answer.error?.message.includes('before message_stop')
  return nothing ? { message: { type: 'message', content: [] }, error: null } : answer
}

// An answer may be too deep to be written, which is an error like any other.
function written(answer) {
  try {
    return JSON.stringify(answer)
  } catch (error) {
    return JSON.stringify({ message: null, stream: [], events: [], error: failure(error) })
  }
}

const CLIENTS = {
  // correct
  'fetch-message': ['message', (url, silence) => message(decoded(byFetch(url, silence)))],
  'reader-stream': ['stream', (url, silence) => stream(decoded(byReader(url, silence)))],
  'node-http-message': ['message', (url, silence) => message(decoded(byNodeHttp(url, silence), undefined, decodeString()))],
  'node-http-events': ['events', (url, silence) => all(decoded(byNodeHttp(url, silence)))],
  'transform-events': ['events', (url, silence) => all(throughTransform(byFetch(url, silence)))],
  'fetch-text': ['message', (url, silence) => text(decoded(byFetch(url, silence))), ['text', 'tool_calls', 'stop_reason']],
  // broken
  'decodes-each-chunk': ['message', (url, silence) => message(decoded(byFetch(url, silence), undefined, decodeEach()))],
  'blocks-of-each-chunk': ['message', (url, silence) => message(blocksOfEachChunk(byFetch(url, silence)))],
  'any-status': ['message', (url, silence) => emptyForErrors(decoded(byFetch(url, silence, anyStatus)))],
}

const [sees, ask, shows] = CLIENTS[process.argv[2]]
for await (const line of readline.createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  const answer = question.hello
    ? { name: process.argv[2], sees, numbers: 'float64', ...(shows && { shows }) }
    : await ask(question.base_url.replace(/\/$/, ''), question.timeout)
  process.stdout.write(`${written(answer)}\n`)
}
