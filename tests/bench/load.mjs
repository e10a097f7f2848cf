// Opens many streams against one target and says what became of them.
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { now, sinceStamp } from './clock.mjs'
import { createSample, percentiles } from './figures.mjs'
import { cpuSeconds, peakMemory, resetPeakMemory } from './processes.mjs'
import { createResponseReader } from './wire.mjs'

const STREAM_TIMEOUT_MS = 120_000

/**
 * One round of one scenario against one target.
 *
 * `ttft` and `lag` in ms (connecting → first text; upstream wrote a token → it was read here), `tokensPerSecond` from
 * the first request to the last token, `cpuPerMillion` in seconds per million tokens, `memory` the peak in MB; counts of
 * `lost`, `doubled` (or out of order) tokens and `failed` streams, with the `reasons` of the last.
 */
export async function measure(target, scenario, round) {
  const tally = {
    ttft: [],
    lag: createSample(),
    tokens: 0,
    lost: 0,
    doubled: 0,
    failed: 0,
    reasons: new Map(),
    lastTextAt: 0,
    stops: new Map(),
  }
  resetPeakMemory(target.pid)
  const cpuBefore = cpuSeconds(target.pid)
  const startedAt = now()
  const streams = []
  for (let i = 0; i < scenario.streams; i++) {
    streams.push(openStream(target, scenario, `${target.name}-${scenario.name}-${round}-${i}`, tally))
    const early = startedAt + ((i + 1) * scenario.rampMs) / scenario.streams - now()
    if (early > 1) await wait(early)
  }
  await Promise.all(streams)
  await wait(60)
  const seconds = (tally.lastTextAt - startedAt) / 1000
  return {
    target: target.name,
    ttft: percentiles(tally.ttft),
    lag: tally.lag.percentiles(),
    tokensPerSecond: tally.tokens / seconds,
    cpuPerMillion: ((cpuSeconds(target.pid) - cpuBefore) / tally.tokens) * 1e6,
    memory: peakMemory(target.pid),
    lost: tally.lost,
    doubled: tally.doubled,
    failed: tally.failed,
    reasons: Object.fromEntries(tally.reasons),
    stops: tally.stops,
  }
}

/** Opens one stream and resolves when it is over, however it ends. */
function openStream(target, scenario, id, tally) {
  return new Promise((over) => {
    const { hostname, port, host, pathname } = new URL(target.url)
    const prompt = `Go on. bench{rate=${scenario.rate},tokens=${scenario.tokens},id=${id}}`
    const body = JSON.stringify(target.body(prompt))
    const count = tokenCounter(tally)
    const startedAt = now()
    let generationId = null
    let ending = 'the response ended without its last event'
    let refusal = null
    let firstText = true

    const socket = connect({ host: hostname, port: Number(port) })
    socket.setNoDelay(true)
    const timer = setTimeout(() => end('nothing more for two minutes'), STREAM_TIMEOUT_MS)
    const decode = target.decoder({
      onStart(id) {
        generationId = id
      },
      onEnd(problem) {
        ending = problem
      },
      onText(text) {
        tally.lastTextAt = now()
        if (firstText) tally.ttft.push(tally.lastTextAt - startedAt)
        firstText = false
        count.add(text)
        if (scenario.stopAfter && count.next >= scenario.stopAfter && !tally.stops.has(id)) {
          tally.stops.set(id, { at: now(), seen: count.next })
          target.stop({ generationId, end: () => end(null) })
        }
      },
    })
    const read = createResponseReader({
      onHead(status) {
        if (status !== 200) refusal = `status ${status} `
      },
      onBody(text) {
        if (refusal === null) decode(text)
        else refusal += text.slice(0, 300)
      },
      onEnd: () => end(refusal ?? ending),
    })

    let ended = false
    function end(problem) {
      if (ended) return
      ended = true
      clearTimeout(timer)
      socket.destroy()
      const cutShort = !tally.stops.has(id) && count.next < scenario.tokens
      const reason = problem ?? (cutShort ? `ended early, after ${count.next} of ${scenario.tokens} tokens` : null)
      if (reason) {
        tally.failed++
        tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1)
      }
      over()
    }
    socket.on('connect', () => socket.write(requestText(pathname, { host, ...target.headers }, body)))
    socket.on('data', read)
    socket.on('error', (error) => end(`socket: ${error.code}`))
    socket.on('close', () => end(refusal ?? 'the connection closed before the end'))
  })
}

function requestText(path, headers, body) {
  const all = {
    'content-type': 'application/json',
    'accept-encoding': 'identity',
    connection: 'close',
    'content-length': Buffer.byteLength(body),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}

/** Reads the numbered, stamped tokens of one stream, cut at any place, and keeps the books. `next` is the number due. */
function tokenCounter(tally) {
  let rest = ''
  const counter = {
    next: 0,
    add(text) {
      const tokens = (rest + text).split(' ')
      rest = tokens.pop()
      for (const token of tokens) {
        const dot = token.indexOf('.')
        const number = Number(dot < 0 ? token : token.slice(0, dot))
        if (dot > 0) tally.lag.add(sinceStamp(Number.parseInt(token.slice(dot + 1), 36)))
        tally.tokens++
        if (number < counter.next) {
          tally.doubled++
          continue
        }
        tally.lost += number - counter.next
        counter.next = number + 1
      }
    },
  }
  return counter
}
