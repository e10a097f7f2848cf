import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { freePort } from '../../ports'
import { type ReverseProxy, startNginx } from '../../proxies'
import { type RedisServer, startRedis } from '../../redis'
import { type RillServer, startRill } from '../../rill-server'
import { full } from '../../selection.mjs'
import { now, type Step } from '../../upstream/scripted'
import { textUpTo, tokenOf, tokensIn } from '../billing/tokens'
import { Client } from '../client'
import { type House, openHouse } from '../house'
import { randomOf, seed } from '../random'
import type { EventReader } from '../replies/event-reader'

const ROUNDS = full ? 10 : 3
/** What the death of an instance takes to be told elsewhere, at most. */
const TOLD_MS = 15_000
const TOKEN_EVERY_MS = 10
const TOKENS = 3_000

let redis: RedisServer
/** A is the house's own server: the one that is killed. */
let house: House
let b: RillServer
let nginx: ReverseProxy
let portOfA: number
/** What each death took to be told. */
const toldMs: number[] = []

beforeAll(async () => {
  redis = await startRedis()
  portOfA = await freePort()
  const environment = { RILL_SECRET: 'one for all instances', REDIS_URL: redis.url, PORT: String(portOfA) }
  house = await openHouse('postgres', environment)
  b = await startRill({ env: { ...house.environment, PORT: '0' } })
  // Which instance answers is in a header, so that the test can go to the one or to the other.
  const tellWhich = (site: string) =>
    site.replace('location / {', 'location / {\n add_header X-Instance $upstream_addr;')
  nginx = await startNginx([portOfA, b.port], tellWhich)
})
afterAll(async () => {
  await nginx?.stop()
  await b?.stop()
  await house?.close()
  await redis?.stop()
})

/** One browser, which reaches the instances by nginx alone. It takes turns: each request goes to the other one. */
class Browser extends Client {
  constructor() {
    super(() => nginx.url)
  }

  /** Sees to it that the next request goes to the instance at this port. */
  async headFor(port: number): Promise<void> {
    const answered = async () => {
      const { headers } = await this.call('GET', '/api/settings')
      return Number(`${headers['x-instance']}`.split(':').at(-1))
    }
    await expect.poll(answered, { timeout: 15_000, interval: 0 }).not.toBe(port)
  }
}

function cameFrom(reader: EventReader): number {
  return Number(`${reader.headers['x-instance']}`.split(':').at(-1))
}

test(`${ROUNDS} rounds behind nginx: started on A, read on B, stopped from B, and A killed: nothing is lost, and nothing runs on`, {
  timeout: ROUNDS * 25_000,
}, async () => {
  const random = randomOf(0)
  const rounds: Promise<() => Promise<void>>[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    const browser = new Browser()
    await stopFromB(browser, round)
    const watched = await startOnA(browser, `round-${round}-killed`)
    const onB = await reloadOnB(browser, watched)
    await onB.reader.until(() => tokensIn(onB.shown + onB.reader.text) >= random.whole(10, 120))
    const killedAt = now()
    await house.rill.kill('SIGKILL')
    await house.start()
    // The next round begins while B has yet to tell the end of this one.
    rounds.push(toldByB(browser, watched, onB, killedAt))
  }
  for (const saved of await Promise.all(rounds)) await saved()
  process.stdout.write(`behind nginx: ${JSON.stringify({ seed, toldMs })}\n`)
  const running = () => house.query("select id from generations where status = 'running'")
  await expect.poll(running).toEqual([])
  expect(await house.query('select generation_id from generation_pieces')).toEqual([])
})

/** A page that was opened on A: its reader, and when each token was sent. */
interface Watched {
  prompt: string
  generationId: string
  conversationId: string
  reader: EventReader
  sentAt: number[]
  stopSending(): void
}

async function startOnA(browser: Browser, prompt: string): Promise<Watched> {
  const steps = Array.from({ length: TOKENS }, (_, number): Step[] => [
    { until: `${prompt}#${number}` },
    { delta: tokenOf(prompt, number) },
  ])
  house.upstream.scriptFor(prompt, steps.flat())
  const sentAt: number[] = []
  const clock = setInterval(() => {
    house.upstream.open(`${prompt}#${sentAt.length}`)
    sentAt.push(now())
  }, TOKEN_EVERY_MS)
  await browser.headFor(portOfA)
  const reader = await browser.chat({ text: prompt })
  expect(cameFrom(reader)).toBe(portOfA)
  await reader.untilText(tokenOf(prompt, 3))
  const { generationId, conversationId } = startData.parse(reader.seen[0]?.data)
  return { prompt, generationId, conversationId, reader, sentAt, stopSending: () => clearInterval(clock) }
}

/** The page is opened anew and read on from its cursor, both by way of B. */
async function reloadOnB(browser: Browser, { generationId, conversationId }: Watched) {
  await browser.headFor(b.port)
  const reply = (await browser.conversation(conversationId)).messages.at(-1)
  expect(reply?.generation?.status).toBe('running')
  await browser.headFor(b.port)
  const after = reply?.generation?.cursor ?? 0
  const reader = await browser.follow(generationId, after)
  expect(cameFrom(reader)).toBe(b.port)
  return { shown: textOf(reply?.parts ?? []), after, reader }
}

async function stopFromB(browser: Browser, round: number): Promise<void> {
  const { prompt, generationId, conversationId, reader, stopSending } = await startOnA(
    browser,
    `round-${round}-stopped`,
  )
  await browser.headFor(b.port)
  const path = `/api/generations/${generationId}/stop`
  expect(await browser.ask(z.object({ status: z.string() }), 'POST', path)).toEqual({ status: 'stopped' })
  await reader.rest()
  stopSending()
  expect(reader.seen.at(-1)?.data).toMatchObject({ status: 'stopped' })
  expect(reader.text).toBe(textUpTo(prompt, tokensIn(reader.text)))
  const reply = (await browser.conversation(conversationId)).messages.at(-1)
  expect([reply?.generation?.status, textOf(reply?.parts ?? [])]).toEqual(['stopped', reader.text])
}

/**
 * B tells the end within its time, with every character that was told before, by B and, but for the last moment, by A.
 * Gives the check that all of it is saved, for when its request is in nobody's way.
 */
async function toldByB(
  browser: Browser,
  { prompt, conversationId, reader: onA, sentAt, stopSending }: Watched,
  { shown, after, reader }: Awaited<ReturnType<typeof reloadOnB>>,
  killedAt: number,
): Promise<() => Promise<void>> {
  const context = `RILL_TEST_SEED=${seed}, ${prompt}`
  stopSending()
  const due = sentAt.filter((at) => at < killedAt - 250).length
  await Promise.all([onA.rest(), reader.rest()])
  const told = now() - killedAt
  toldMs.push(Math.round(told))
  expect(told, context).toBeLessThan(TOLD_MS)
  expect(
    reader.seen.map(({ seq }) => seq),
    context,
  ).toEqual(reader.seen.map((_, index) => after + 1 + index))
  expect(
    reader.seen.slice(-2).map(({ data }) => data),
    context,
  ).toMatchObject([{ kind: 'internal' }, { status: 'interrupted' }])
  const text = shown + reader.text
  expect(text, context).toBe(textUpTo(prompt, tokensIn(text)))
  expect(tokensIn(text), context).toBeGreaterThanOrEqual(Math.min(due, tokensIn(onA.text)))
  return async () => {
    const reply = (await browser.conversation(conversationId)).messages.at(-1)
    expect([reply?.generation?.status, textOf(reply?.parts ?? [])], context).toEqual(['interrupted', text])
  }
}
