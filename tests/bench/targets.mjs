// What is measured: Rill, and what it is held against.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../lib/install.mjs'
import { freePort, start, startProgram } from './processes.mjs'
import { openaiDecoder, rillDecoder } from './wire.mjs'

const here = join(root, 'tests', 'bench')
const nextProgram = join(root, 'node_modules', 'next', 'dist', 'bin', 'next')
/** What `npm start` gives Node. */
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const [, ...startParameters] = scripts.start.split(' ')
/** A model whose tokenizer Rill has, and one of which it knows nothing. */
const tokenized = 'gpt-4o'
const untold = 'bench-1'
const completion = (prompt) => ({ model: untold, stream: true, messages: [{ role: 'user', content: prompt }] })

// A relay that has no stop of its own is stopped as a browser would: by closing the connection.
const plain = { headers: {}, body: completion, decoder: openaiDecoder, stop: ({ end }) => end() }

/** Starts the upstream; `stats()` tells the streams that were cut: `{id, sent, at}`. */
export async function startUpstream() {
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  await start('the upstream', [join(here, 'upstream.mjs'), String(port)], { ready: `${address}/v1/models` })
  return {
    address,
    async resetStats() {
      await fetch(`${address}/stats/reset`, { method: 'POST' })
    },
    stats: async () => (await fetch(`${address}/stats`)).json(),
  }
}

export const starters = {
  direct: startDirect,
  raw: startRaw,
  'next-pipe': startNextPipe,
  rill: startRill,
  'rill-uncounted': startRillUncounted,
  'rill-redis': startRillOnRedis,
}

/** No relay at all: what the load and the upstream take by themselves. */
async function startDirect(upstream) {
  return { ...plain, name: 'direct', pid: null, url: `${upstream}/v1/chat/completions` }
}

/** The least that a relay in Node can do. */
async function startRaw(upstream) {
  const port = await freePort()
  const ready = `http://127.0.0.1:${port}/`
  const server = await start('raw', [join(here, 'raw.mjs'), String(port), upstream], { ready })
  return { ...plain, name: 'raw', pid: server.pid, server, url: ready }
}

/** The least that a route handler of Next can do. */
async function startNextPipe(upstream) {
  const cwd = join(here, 'next-pipe')
  const port = String(await freePort())
  const address = `http://127.0.0.1:${port}`
  const parameters = [nextProgram, 'start', '-H', '127.0.0.1', '-p', port]
  const server = await start('next-pipe', parameters, { cwd, env: { UPSTREAM: upstream }, ready: address })
  return { ...plain, name: 'next-pipe', pid: server.pid, server, url: `${address}/api/pipe` }
}

/** Rill as `npm start` runs it, with all that it does besides: the log, the checkpoints, sessions and checks. */
async function startRill(upstream, { nodeFlags, name = 'rill', redisUrl = '', counted = true }) {
  const port = String(await freePort())
  const address = `http://127.0.0.1:${port}`
  const dataDir = mkdtempSync(join(tmpdir(), 'rill-bench-'))
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  const env = {
    HOST: '127.0.0.1',
    PORT: port,
    DATA_DIR: dataDir,
    DATABASE_URL: '',
    REDIS_URL: redisUrl,
    OPENAI_API_KEY: 'bench',
    OPENAI_BASE_URL: `${upstream}/v1`,
    RILL_PASSWORD: '',
    // With a session to look up at each call.
    RILL_OPEN: '1',
    RILL_RATE_PER_MINUTE: '0',
    RILL_CALLS_PER_MINUTE: '0',
    RILL_READERS_PER_PERSON: '0',
    RILL_STREAMS_PER_PERSON: '0',
  }
  const cwd = root
  const server = await start(name, [...nodeFlags, ...startParameters], { cwd, env, ready: `${address}/api/health` })
  const headers = { cookie: await sessionCookie(address) }
  if (counted) await setTerms(address, headers, new URL(upstream).host)
  return {
    name,
    pid: server.pid,
    server,
    dataDir,
    url: `${address}/api/chat`,
    headers,
    body: (prompt) => ({ turnId: randomUUID(), model: counted ? tokenized : untold, text: prompt }),
    decoder: rillDecoder,
    stop({ generationId, end }) {
      fetch(`${address}/api/generations/${generationId}/stop`, { method: 'POST', headers }).then(
        (answer) => answer.ok || end(`the stop was refused: ${answer.status}`),
        (error) => end(`the stop failed: ${error.cause?.code ?? error.message}`),
      )
    },
  }
}

/** The same with nothing to count by: characters alone, no price and no budget. */
async function startRillUncounted(upstream, options) {
  return await startRill(upstream, { ...options, name: 'rill-uncounted', counted: false })
}

/** The same, with each event carried by a Redis as well: what the log costs once other instances can read it. */
async function startRillOnRedis(upstream, options) {
  const port = String(await freePort())
  const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()]
  await startProgram('redis-server', settings, 'Ready to accept connections')
  return await startRill(upstream, { ...options, name: 'rill-redis', redisUrl: `redis://127.0.0.1:${port}` })
}

/** Every answer is counted by a model's own tokenizer, priced, and held against two budgets that have enough. */
async function setTerms(address, headers, provider) {
  const price = { provider, model: tokenized, currency: 'USD', input: '2.5', output: '10', date: '2026-01-01' }
  const budgets = [
    { scope: 'day', measure: 'cost', amount: '100000', currency: 'USD' },
    { scope: 'month', measure: 'tokens', amount: '1000000000000', currency: null },
  ]
  await send('PUT', `${address}/api/prices`, headers, { prices: [price] })
  for (const budget of budgets) await send('POST', `${address}/api/budgets`, headers, budget)
}

async function send(method, url, headers, body) {
  const all = { ...headers, 'content-type': 'application/json' }
  const answer = await fetch(url, { method, headers: all, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`Rill refused ${url}: ${answer.status} ${await answer.text()}`)
}

async function sessionCookie(address) {
  const answer = await fetch(address)
  const [cookie] = answer.headers.getSetCookie()
  if (!cookie) throw new Error(`Rill gave no session: ${answer.status} ${await answer.text()}`)
  return cookie.split(';')[0]
}
