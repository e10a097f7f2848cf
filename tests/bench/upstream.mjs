// A fast stand-in for an OpenAI-compatible server. `bench{rate=50,tokens=300,id=a}` in the prompt says what it streams:
//   rate    tokens a second; 0 for all at once, as fast as the socket takes them
//   tokens  how many
//   id      what /stats calls the stream
// Token k reads `k.t ` (t: the clock when it was written, base 36) when paced, `k ` otherwise, so that loss, repetition
// and delay can be read off the text however a relay encodes it anew.
//
// node upstream.mjs PORT
import { createServer } from 'node:http'
import { now, stamp } from './clock.mjs'

const SLOT_MS = 2
const TOKENS_A_WRITE = 64

const chunkStart =
  'data: {"id":"chatcmpl-BqX3kVd0Zt7mYw2LhN8sRfJc","object":"chat.completion.chunk","created":1763683200,' +
  '"model":"bench-1","system_fingerprint":"fp_62a23a81ef","choices":[{"index":0,"delta":{'
const chunkEnd = '},"finish_reason":null}]}\n\n'
const role = `${chunkStart}"role":"assistant","content":"","refusal":null${chunkEnd}`
const chunk = (text) => `${chunkStart}"content":"${text}"${chunkEnd}`
const ending = (tokens) =>
  `${chunkStart}},"finish_reason":"stop"}]}\n\n` +
  'data: {"id":"chatcmpl-BqX3kVd0Zt7mYw2LhN8sRfJc","object":"chat.completion.chunk","created":1763683200,' +
  `"model":"bench-1","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":${tokens},"total_tokens":${tokens + 12}}}\n\n` +
  'data: [DONE]\n\n'

const stats = { open: 0, cut: [] }

createServer((request, response) => {
  if (request.method === 'GET' && request.url === '/stats') return sendJson(response, stats)
  if (request.method === 'POST' && request.url === '/stats/reset') {
    stats.cut = []
    return sendJson(response, stats)
  }
  if (request.method === 'GET')
    return sendJson(response, { object: 'list', data: [{ id: 'bench-1', object: 'model' }] })
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => startStream(response, orderIn(Buffer.concat(parts).toString())))
}).listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 })

function sendJson(response, value) {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

function orderIn(prompt) {
  const fields = /bench\{([^}]*)\}/.exec(prompt)?.[1] ?? ''
  const given = Object.fromEntries(fields.split(',').map((field) => field.split('=')))
  return { id: given.id ?? '', rate: Number(given.rate ?? 50), tokens: Number(given.tokens ?? 300) }
}

function startStream(response, { id, rate, tokens }) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.socket?.setNoDelay(true)
  response.write(role, 'latin1')
  const stream = { id, response, rate, tokens, sent: 0, startedAt: now(), closed: false, finished: false }
  stats.open++
  response.on('close', () => {
    stream.closed = true
    stats.open--
    if (!stream.finished) stats.cut.push({ id, sent: stream.sent, at: now() })
  })
  if (rate > 0) schedule(stream)
  else burst(stream)
}

function finish(stream) {
  stream.finished = true
  stream.response.end(ending(stream.tokens), 'latin1')
}

function burst(stream) {
  while (stream.sent < stream.tokens && !stream.closed) {
    const count = Math.min(TOKENS_A_WRITE, stream.tokens - stream.sent)
    const block = blockOf(stream.sent, count)
    stream.sent += count
    if (!stream.response.write(block)) return stream.response.once('drain', () => burst(stream))
  }
  if (!stream.closed) finish(stream)
}

// Made once each, so that the upstream is never what a burst waits for.
const blocks = new Map()
function blockOf(from, count) {
  const key = `${from}:${count}`
  let block = blocks.get(key)
  if (!block) {
    block = Buffer.from(Array.from({ length: count }, (_, i) => chunk(`${from + i} `)).join(''), 'latin1')
    blocks.set(key, block)
  }
  return block
}

// A wheel of 2 ms slots drives every paced stream from one timer.
const wheel = new Map()
let turning = false
let turned = 0

function dueAt(stream) {
  return stream.startedAt + (stream.sent * 1000) / stream.rate
}

function schedule(stream) {
  const slot = Math.max(Math.floor(dueAt(stream) / SLOT_MS), turned + 1)
  const waiting = wheel.get(slot)
  if (waiting) waiting.push(stream)
  else wheel.set(slot, [stream])
  if (turning) return
  turning = true
  setTimeout(turn, SLOT_MS)
}

function turn() {
  const time = now()
  const slot = Math.floor(time / SLOT_MS)
  const due = [...wheel.keys()].filter((each) => each <= slot).sort((a, b) => a - b)
  turned = slot
  for (const each of due) {
    const streams = wheel.get(each)
    wheel.delete(each)
    for (const stream of streams) step(stream, time)
  }
  turning = wheel.size > 0
  if (turning) setTimeout(turn, SLOT_MS)
}

function step(stream, time) {
  if (stream.closed) return
  while (stream.sent < stream.tokens && dueAt(stream) <= time) {
    stream.response.write(chunk(`${stream.sent}.${stamp().toString(36)} `), 'latin1')
    stream.sent++
  }
  if (stream.sent >= stream.tokens) finish(stream)
  else schedule(stream)
}
