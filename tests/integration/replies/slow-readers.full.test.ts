import { afterAll, beforeAll, expect, test } from 'vitest'
import { done, finish } from '../../upstream/events'
import { now, type Step } from '../../upstream/scripted'
import type { Client } from '../client'
import { type House, openHouse } from '../house'
import type { EventReader } from './event-reader'
import { inspectable, memoryOf } from './memory'

const MEGABYTE = 1024 * 1024
const READERS = 50
const SLOW_MS = 20_000
const ALONE_MS = 5_000
/** 320 KB a second for each reader: more than a socket holds in the time, so that the rest has to wait elsewhere. */
const TOKEN_EVERY_MS = 25
const TOKEN_LENGTH = 8 * 1024

let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite', inspectable)
  client = house.client()
  await client.call('GET', '/api/settings')
})
afterAll(() => house?.close())

test(`${READERS} clients that read nothing for ${SLOW_MS / 1000} s cost no memory, delay nobody, and get all of it in the end`, {
  timeout: 120_000,
}, async () => {
  const alone = await openAnswer('alone', ALONE_MS)
  await Promise.all(alone.fast.map(({ read }) => read()))
  const before = await memoryOf(house.rill)

  const together = await openAnswer('together', SLOW_MS)
  const slow = await together.followers()
  await Promise.all(together.fast.map(({ read }) => read()))
  const after = await memoryOf(house.rill)
  expect(after.rss - before.rss).toBeLessThan(50 * MEGABYTE)
  const [lagAlone, lag] = [alone, together].map(({ fast }) => figuresOf(fast.flatMap(({ lags }) => lags)))
  process.stdout.write(`slow readers: ${JSON.stringify({ lagAlone, lag, before, after })}\n`)
  expect(lag?.median).toBeLessThan(2 * (lagAlone?.median ?? 0) + 50)

  // They have read nothing so far, and go on now.
  expect(slow.map(({ cursor }) => cursor)).toEqual(slow.map(() => 0))
  together.end()
  await Promise.all([...slow, ...together.fast.map(({ reader }) => reader)].map((each) => each.rest()))
  for (const { reader } of together.fast) expectWhole(reader, together.tokens)
  for (const reader of slow) expectWhole(reader, together.tokens)
})

function expectWhole(reader: EventReader, tokens: number): void {
  expect(reader.seen.every(({ seq }, index) => seq === index + 1)).toBe(true)
  expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'completed' })
  expect(reader.text === Array.from({ length: tokens }, (_, number) => tokenOf(number)).join('')).toBe(true)
}

/** All of one length, so that the length of a text tells how many it holds. */
function tokenOf(number: number): string {
  return `${number} `.padEnd(TOKEN_LENGTH, '.')
}

/** Begins an answer that grows for so long, and then stays open; `fast` are clients that read it as it comes. */
async function openAnswer(prompt: string, ms: number) {
  const tokens = ms / TOKEN_EVERY_MS
  const sentAt: number[] = []
  const steps = Array.from({ length: tokens }, (_, number): Step[] => [
    { until: `${prompt} ${number}` },
    { delta: tokenOf(number) },
  ])
  house.upstream.scriptFor(prompt, [...steps.flat(), { until: `${prompt} end` }, { write: finish('stop') + done }])
  const { generationId } = await client.start({ text: prompt })
  const followers = () => Promise.all(Array.from({ length: READERS }, () => client.follow(generationId)))
  const fast = (await followers()).map((reader) => timed(reader, tokens, sentAt))
  const clock = setInterval(() => {
    house.upstream.open(`${prompt} ${sentAt.length}`)
    if (sentAt.push(now()) === tokens) clearInterval(clock)
  }, TOKEN_EVERY_MS)
  return { tokens, fast, followers, end: () => house.upstream.open(`${prompt} end`) }
}

/** A reader, and how late each token was that it read. */
function timed(reader: EventReader, tokens: number, sentAt: number[]) {
  const lags: number[] = []
  let taken = 0
  let length = 0
  const take = () => {
    for (const event of reader.seen.slice(taken)) if (event.type === 'delta') length += event.data.text.length
    taken = reader.seen.length
    const at = now()
    while (lags.length < length / TOKEN_LENGTH) lags.push(at - (sentAt[lags.length] ?? at))
    return lags.length === tokens
  }
  return { reader, lags, read: () => reader.until(take) }
}

function figuresOf(lags: number[]): { median: number; p95: number } {
  const sorted = lags.toSorted((one, other) => one - other)
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN)
  return { median: at(0.5), p95: at(0.95) }
}
