// What the length of a conversation adds to an estimate and to a send.
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { addTurns } from '../stored-turns.mjs'
import { now } from './clock.mjs'
import { median } from './figures.mjs'
import { cpuSeconds } from './processes.mjs'
import { fixed, medians, table } from './report.mjs'

/** In messages. */
const LENGTHS = [20, 2000]
const ESTIMATES = 300
const SENDS = 20
const BLOCKS = 6

/**
 * One round: estimates and sends in conversations of each length, in turn. Each figure is a median of blocks: `cpu` in
 * ms of processor time a request, `ms` from the request to its answer; `first` is the estimate that counts it all.
 */
export async function measureHistory(target) {
  const conversations = []
  for (const length of LENGTHS) conversations.push(await newConversation(target, length))
  const figures = Object.fromEntries(LENGTHS.map((length) => [length, { first: 0, estimate: [], send: [] }]))
  for (const { id, length } of conversations) figures[length].first = await timed(() => estimate(target, id, 'Once'))
  for (let block = 0; block < BLOCKS; block++) {
    // Each is first as often as the other.
    for (const { id, length, lastId } of block % 2 ? conversations.toReversed() : conversations) {
      const { estimate: estimates, send: sends } = figures[length]
      estimates.push(
        await blockOf(target, ESTIMATES / BLOCKS, (place) => estimate(target, id, `Word ${block} ${place}`)),
      )
      sends.push(
        await blockOf(target, Math.ceil(SENDS / BLOCKS), () => send(target, { conversationId: id, parentId: lastId })),
      )
    }
  }
  const of = (blocks) => ({ cpu: median(blocks.map(({ cpu }) => cpu)), ms: median(blocks.map(({ ms }) => ms)) })
  return {
    ...Object.fromEntries(
      Object.entries(figures).map(([length, { first, estimate, send }]) => [
        length,
        { first, estimate: of(estimate), send: of(send) },
      ]),
    ),
    ...{ lost: 0, doubled: 0, failed: 0, reasons: {} },
  }
}

/** What the long one costs, by what the short one does. */
export function ratio(of, what, unit) {
  const [short, long] = LENGTHS
  return of.rill[long][what][unit] / of.rill[short][what][unit]
}

export function historyTable(scenario, results) {
  const of = medians(results.rill)
  const rows = LENGTHS.map((length) => {
    const { first, estimate, send } = of[length]
    const figures = [first, estimate.ms, estimate.cpu, send.ms, send.cpu]
    return [length, ...figures.map((figure) => fixed(figure, 2))]
  })
  const header = ['messages', 'first estimate, ms', 'estimate, ms', 'estimate, CPU ms', 'send, ms', 'send, CPU ms']
  return `\n### ${scenario.name}: ${scenario.what}\n\n${table(header, rows)}`
}

async function newConversation(target, length) {
  const { conversationId, messageId } = await send(target, {})
  const words = 'The river rises where the meadow ends, and nobody who lives there has asked it why. '
  const turns = addTurns(target.dataDir, conversationId, length / 2 - 1, (place) => ({
    prompt: `Question ${place}: ${words}`,
    reply: `Answer ${place}: ${words.repeat(6)}`,
  }))
  return { id: conversationId, length, lastId: turns.at(-1)?.replyId ?? messageId }
}

async function blockOf(target, count, request) {
  const before = cpuSeconds(target.pid)
  const ms = await timed(async () => {
    for (let place = 0; place < count; place++) await request(place)
  })
  // What a run saves at its end belongs to it.
  await wait(100)
  return { ms: ms / count, cpu: ((cpuSeconds(target.pid) - before) * 1000) / count }
}

async function timed(task) {
  const before = now()
  await task()
  return now() - before
}

function estimate(target, conversationId, text) {
  return post(target, '/api/estimate', { conversationId, text, model: 'gpt-4o' })
}

function send(target, place) {
  const text = 'bench{rate=0,tokens=5}'
  return post(target, '/api/chat', { turnId: randomUUID(), text, model: 'gpt-4o', stream: false, ...place })
}

async function post({ url, headers }, path, body) {
  const all = { ...headers, 'content-type': 'application/json' }
  const answer = await fetch(new URL(path, url), { method: 'POST', headers: all, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path} was refused: ${answer.status} ${await answer.text()}`)
  return await answer.json()
}
