// Decoders and readers in JavaScript that the drivers of clients.mjs are put together from.
import { StringDecoder } from 'node:string_decoder'

export class StreamBroken extends Error {}

// A decoder that goes line by line over what it has.
export class LineDecoder {
  #rest = ''
  #afterReturn = false
  #first = true
  #block = { type: '', data: [], retry: null }
  #id = ''

  feed(text) {
    if (!text) return []
    if (this.#first) {
      this.#first = false
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1)
    this.#afterReturn = text.endsWith('\r')
    const [first, ...rest] = text.split(/\r\n|\r|\n/)
    this.#rest += first
    const events = []
    for (const piece of rest) {
      const line = this.#rest
      this.#rest = piece
      const event = this.#line(line)
      if (event) events.push(event)
    }
    return events
  }

  #line(line) {
    if (line === '') {
      const { type, data, retry } = this.#block
      this.#block = { type: '', data: [], retry: null }
      return data.length ? [type || 'message', data.join('\n'), this.#id, retry] : null
    }
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    let value = colon < 0 ? '' : line.slice(colon + 1)
    if (value.startsWith(' ')) value = value.slice(1)
    if (name === 'data') this.#block.data.push(value)
    else if (name === 'event') this.#block.type = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
    else if (name === 'retry' && /^[0-9]+$/.test(value)) this.#block.retry = Number(value)
    return null
  }
}

export const decodeText = () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return (chunk) => decoder.decode(chunk, { stream: true })
}
export const decodeString = () => {
  const decoder = new StringDecoder('utf8')
  return (chunk) => decoder.write(chunk)
}
export const decodeEach = () => (chunk) => new TextDecoder().decode(chunk)

const KNOWN = new Set([
  'message', 'message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta',
  'message_stop', 'error', 'ping',
])

export function parse(name, data) {
  if (name === 'ping') return null
  let event
  try {
    event = JSON.parse(data)
  } catch (error) {
    if (!KNOWN.has(name)) return null
    throw new StreamBroken(`data that is not JSON: ${data.slice(0, 80)}`)
  }
  if (event === null || typeof event !== 'object' || Array.isArray(event)) {
    if (!KNOWN.has(name)) return null
    throw new StreamBroken('data that is no object')
  }
  return { ...event, type: typeof event.type === 'string' ? event.type : name }
}

const need = (value, what) => {
  if (value === undefined || value === null) throw new StreamBroken(`an event without ${what}`)
  return value
}

// The message of a stream, built event by event.
export class Message {
  message = null
  done = false
  #ending = false
  #open = new Set()
  #json = new Map()

  take(event) {
    switch (event.type) {
      case 'message_start': {
        if (this.message) throw new StreamBroken('a second message_start')
        const message = need(event.message, 'a message')
        this.message = { ...message, content: [], usage: { ...need(message.usage, 'usage') } }
        break
      }
      case 'content_block_start':
        if (!this.message || event.index !== this.message.content.length) throw new StreamBroken('a block out of turn')
        this.message.content.push({ ...need(event.content_block, 'a block') })
        this.#open.add(event.index)
        break
      case 'content_block_delta':
        this.#delta(this.#block(event.index), event.index, need(event.delta, 'a delta'))
        break
      case 'content_block_stop': {
        const block = this.#block(event.index)
        this.#open.delete(event.index)
        const text = this.#json.get(event.index)
        if (text) {
          try {
            block.input = JSON.parse(text)
          } catch {
            throw new StreamBroken(`tool input that is not JSON: ${text.slice(0, 80)}`)
          }
        }
        break
      }
      case 'message_delta':
        if (!this.message) throw new StreamBroken('a message_delta before message_start')
        this.#ending = true
        for (const [name, value] of Object.entries(need(event.delta, 'a delta'))) {
          if (value !== null || !(name in this.message)) this.message[name] = value
        }
        for (const [name, value] of Object.entries(event.usage ?? {})) {
          if (value !== null) this.message.usage[name] = value
        }
        if (event.context_management) this.message.context_management = event.context_management
        break
      case 'message_stop':
        if (!this.#ending || this.#open.size) throw new StreamBroken('message_stop too early')
        this.done = true
        break
      case 'error':
        throw new StreamBroken(`the API reports ${JSON.stringify(event.error)}`)
      default:
    }
  }

  #block(index) {
    if (!this.#open.has(index)) throw new StreamBroken(`block ${index} is not open`)
    return this.message.content[index]
  }

  #delta(block, index, delta) {
    const append = (name, piece) => {
      if (typeof piece !== 'string') throw new StreamBroken(`${name} that is no text`)
      block[name] = (block[name] ?? '') + piece
    }
    if (delta.type === 'text_delta') append('text', delta.text)
    else if (delta.type === 'thinking_delta') append('thinking', delta.thinking)
    else if (delta.type === 'signature_delta') block.signature = delta.signature
    else if (delta.type === 'citations_delta') block.citations = [...(block.citations ?? []), delta.citation]
    else if (delta.type === 'compaction_delta') {
      const { type, ...members } = delta
      Object.assign(block, members)
    } else if (delta.type === 'input_json_delta') {
      if (typeof delta.partial_json !== 'string') throw new StreamBroken('a piece of input that is no text')
      this.#json.set(index, (this.#json.get(index) ?? '') + delta.partial_json)
    } else if (delta.type === undefined) throw new StreamBroken('a delta without a type')
  }

  finish() {
    if (!this.done) throw new StreamBroken('the stream ended before message_stop')
    return this.message
  }
}
