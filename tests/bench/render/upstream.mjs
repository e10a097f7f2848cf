// An OpenAI-compatible server in this process, which streams the answer in the pace of a run: a first part at once, and
// the rest at a rate when it is told to. The same answer is there as plain text, for pages that have no relay.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { answerInTwo } from './answer.mjs'

const tickMs = 4
const tokensAWrite = 64

/** A prompt that says what is to be streamed. */
export function order({ kind = 'prose', before = 0, tokens = 0, rate = 0 }) {
  return `render{${[kind, before, tokens, rate].join(',')}}`
}

function orderIn(text) {
  const [kind, ...numbers] = /render\{([^}]*)\}/.exec(text)?.[1].split(',') ?? ['prose', 0, 3, 0]
  const [before, tokens, rate] = numbers.map(Number)
  return { kind, before, tokens, rate }
}

/**
 * Starts it. `go()` lets the answers that wait go on in their pace; `written()` is how many there are that have been
 * written as far as they may be.
 */
export async function startUpstream() {
  const waiting = new Set()
  const server = createServer((request, response) => {
    const address = new URL(request.url, 'http://localhost')
    if (address.pathname === '/answer') return void plain(response, orderIn(address.searchParams.get('order')), waiting)
    if (request.method === 'GET') return json(response, { object: 'list', data: [{ id: 'bench-1', object: 'model' }] })
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => complete(response, JSON.parse(Buffer.concat(parts).toString()), waiting))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    waiting: () => waiting.size,
    go() {
      for (const begin of waiting) begin()
      waiting.clear()
    },
    close: () => server.closeAllConnections(),
  }
}

function json(response, value) {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

const event = (delta, finishReason = null) =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1763683200,
    model: 'bench-1',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })}\n\n`

function complete(response, { stream, messages }, waiting) {
  const prompt = messages.at(-1).content
  if (!stream) return json(response, { choices: [{ message: { role: 'assistant', content: 'A title' } }] })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  write(response, orderIn(typeof prompt === 'string' ? prompt : JSON.stringify(prompt)), waiting, {
    encode: (text) => event({ content: text }),
    end: `${event({}, 'stop')}data: [DONE]\n\n`,
  })
}

function plain(response, wanted, waiting) {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'access-control-allow-origin': '*' })
  write(response, wanted, waiting, { encode: (text) => text, end: '' })
}

async function write(response, { kind, before, tokens, rate }, waiting, { encode, end }) {
  const { first, rest } = answerInTwo(kind, before, tokens)
  const closed = once(response, 'close')
  for (let at = 0; at < first.length; at += tokensAWrite) {
    const part = first.slice(at, at + tokensAWrite).map(encode)
    if (!response.write(part.join(''))) await Promise.race([once(response, 'drain'), closed])
  }
  if (tokens > 0) {
    await Promise.race([new Promise((go) => waiting.add(go)), closed])
    await paced(response, rest, rate, encode)
  }
  response.end(end)
}

/** One write for each token, as a model's server does. */
function paced(response, texts, rate, encode) {
  const began = performance.now()
  let written = 0
  return new Promise((done) => {
    const timer = setInterval(() => {
      const due = Math.min(texts.length, Math.floor(((performance.now() - began) * rate) / 1000))
      while (written < due && !response.destroyed) response.write(encode(texts[written++]))
      if (written < texts.length && !response.destroyed) return
      clearInterval(timer)
      done()
    }, tickMs)
  })
}
