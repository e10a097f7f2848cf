import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import type { LogEvent, StartData } from '@/lib/protocol/events'
import { type Message, textOf } from '@/lib/protocol/messages'
import { textUpTo, tokensIn } from '../billing/tokens'
import type { Client } from '../client'
import { type House, openHouse } from '../house'
import { type Random, randomOf, seed } from '../random'
import type { EventReader } from '../replies/event-reader'
import { inspectable, memoryOf } from '../replies/memory'
import { type Plan, planOf } from './soak-plans'

const MEGABYTE = 1024 * 1024
const STREAMS = 200
const SECONDS = Number(process.env.RILL_SOAK_SECONDS ?? 30)
/** Until the code is compiled, and the heap and the pools have grown to what such a load takes. */
const WARM_UP_SECONDS = 8
/** Long enough for no reader to be as late with what an upstream waits for. */
const IDLE_MS = 20_000
/** People do not come all in one moment. */
const COMING_MS = 5_000
/** What a log is held for once it has ended, and some more. */
const FORGOTTEN_MS = 6_000
/** No answer takes longer than its tokens, the idle time and the retries. */
const LONGEST_MS = 60_000

let house: House
/** What became of all turns. */
const counts: Record<string, number> = {}
/** What each prompt's completion requests are still to play. */
const attempts = new Map<string, Plan['attempts']>()

beforeAll(async () => {
  house = await openHouse('sqlite', {
    ...inspectable,
    RILL_RETRY_ATTEMPTS: '6',
    RILL_RETRY_BASE_MS: '20',
    RILL_IDLE_TIMEOUT_MS: String(IDLE_MS),
  })
  house.upstream.script(({ prompt }) => attempts.get(prompt)?.shift() ?? [{ status: 400 }, { end: true }])
})
afterAll(() => house?.close())

test(`${STREAMS} streams for ${SECONDS} s: nothing lost, doubled or out of order, every ending the right one, and no memory kept`, {
  timeout: (WARM_UP_SECONDS + SECONDS) * 1000 + 3 * LONGEST_MS,
}, async () => {
  const people = Array.from({ length: STREAMS }, (_, number) => ({
    name: `s${number}`,
    client: house.client(),
    random: randomOf(number),
    turns: 0,
  }))
  const run = async (seconds: number) => {
    const until = performance.now() + seconds * 1000
    await Promise.all(
      people.map(async (person) => {
        await wait(person.random.whole(0, COMING_MS))
        while (performance.now() < until) await takeTurn(person)
      }),
    )
    await expect.poll(() => metricsOf(people[0]?.client)).toEqual({ running: 0, readers: 0 })
    await wait(FORGOTTEN_MS)
    return await memoryOf(house.rill)
  }
  const before = await run(WARM_UP_SECONDS)
  const after = await run(SECONDS)
  const turns = people.reduce((sum, each) => sum + each.turns, 0)
  process.stdout.write(`soak: ${JSON.stringify({ seed, turns, ...counts, before, after })}\n`)
  // It has all happened, and often.
  for (const each of ['completed', 'interrupted', 'stopped', 'retried', 'cut', 'reload'])
    expect(counts[each], each).toBeGreaterThan(SECONDS)
  expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(8 * MEGABYTE)
  expect(after.rss - before.rss).toBeLessThan(64 * MEGABYTE)
})

interface Person {
  name: string
  client: Client
  random: Random
  turns: number
}

async function takeTurn(person: Person): Promise<void> {
  const prompt = `${person.name}.${person.turns++}`
  const plan = planOf(prompt, person.random)
  attempts.set(prompt, plan.attempts)
  try {
    await expectAsPlanned(person.client, plan, await Reading.of(person.client, plan, person.random))
  } catch (error) {
    throw new Error(`RILL_TEST_SEED=${seed}, in ${prompt}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  } finally {
    attempts.delete(prompt)
  }
}

/** One person's reading of one answer, over as many connections as it takes. */
class Reading {
  /** Where it all belongs; known from the first event on. */
  start: StartData | null = null
  text = ''
  #cursor = 0
  #ended = false
  #stop: Promise<unknown> | null = null
  /** How many of the reader's events have been taken. */
  #taken = 0
  #reader: EventReader
  readonly #client: Client
  readonly #plan: Plan

  private constructor(client: Client, plan: Plan, reader: EventReader) {
    this.#client = client
    this.#plan = plan
    this.#reader = reader
  }

  /** Sends the plan's turn and reads its answer to the end. */
  static async of(client: Client, plan: Plan, random: Random): Promise<Reading> {
    const turnId = `${seed} ${plan.prompt}`
    const reading = new Reading(client, plan, await sent(() => client.chat({ text: plan.prompt, turnId })))
    while (!reading.#ended) {
      await reading.#readOn(random.whole(1, 25))
      const what = reading.#ended ? 'nothing' : random.pick(['nothing', 'cut', 'reload'])
      if (what === 'nothing') continue
      count(what)
      await reading.#reader.close()
      if (what === 'cut') await reading.#resume()
      else await reading.#reload()
    }
    await reading.#stop
    return reading
  }

  get stopped(): boolean {
    return this.#stop !== null
  }

  /** So many events more, or to the end. */
  async #readOn(events: number): Promise<void> {
    const goal = this.#cursor + events
    await this.#reader.until(() => {
      for (; this.#taken < this.#reader.seen.length; this.#taken++) this.#take(this.#reader.seen[this.#taken])
      this.#react()
      return this.#ended || this.#cursor >= goal
    })
  }

  #take(event: LogEvent | undefined): void {
    if (event?.seq !== this.#cursor + 1) throw new Error(`after event ${this.#cursor} came ${event?.seq}`)
    this.#cursor = event.seq
    if (event.type === 'start') this.start = event.data
    if (event.type === 'delta') this.text += event.data.text
    if (event.type === 'status') this.#ended = true
  }

  #react(): void {
    if (!this.start || this.#ended) return
    const tokens = tokensIn(this.text)
    if (tokens >= this.#plan.tokens) this.#plan.allSeen()
    if (tokens < this.#plan.stopAt) return
    const path = `/api/generations/${this.start.generationId}/stop`
    this.#stop ??= sent(() => this.#client.ask(z.unknown(), 'POST', path))
    // It is waited for at the end.
    this.#stop.catch(() => undefined)
  }

  /** The connection was lost, and the page reads on from its cursor. */
  async #resume(): Promise<void> {
    this.#reader = await sent(() => this.#client.follow(this.start?.generationId ?? '', this.#cursor))
    this.#taken = 0
  }

  /** The page is opened anew: what it shows holds all that was seen, and it reads on from there. */
  async #reload(): Promise<void> {
    const { parts, generation } = await replyOf(this.#client, this.start)
    const text = textOf(parts)
    if (!text.startsWith(this.text)) throw new Error(`after «${this.text}» the page shows «${text}»`)
    this.text = text
    this.#ended = generation?.status !== 'running'
    if (this.#ended) return
    this.#cursor = generation?.cursor ?? 0
    await this.#resume()
  }
}

async function expectAsPlanned(client: Client, plan: Plan, { start, text, stopped }: Reading): Promise<void> {
  const reply = await replyOf(client, start)
  const problem = reply.parts.flatMap((part) => (part.type === 'error' ? part.problem : []))[0]
  // One that was stopped in a wait says what it waited for.
  if (stopped) expect(reply.generation?.status).toBe('stopped')
  else
    expect({ status: reply.generation?.status, kind: problem?.kind }).toEqual({ status: plan.status, kind: plan.kind })
  count(reply.generation?.status ?? 'none')
  if (plan.retried) count('retried')
  const tokens = tokensIn(text)
  if (stopped) expect(tokens).toBeGreaterThanOrEqual(plan.stopAt)
  else expect(tokens).toBe(plan.tokens)
  expect(text).toBe(textUpTo(plan.prompt, tokens))
  expect(textOf(reply.parts)).toBe(text)
}

async function replyOf(client: Client, start: StartData | null): Promise<Message> {
  const { messages } = await sent(() => client.conversation(start?.conversationId ?? ''))
  const [prompt, reply] = messages
  expect([prompt?.role, reply?.role, messages.length]).toEqual(['user', 'assistant', 2])
  if (!reply) throw new Error('There is no reply')
  return reply
}

/**
 * Sends a request, and again when its connection, kept from an earlier one, was closed as it went out: as browsers and the
 * page do. Nothing is done twice by that.
 */
async function sent<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code !== 'ECONNRESET' && code !== 'UND_ERR_SOCKET' && code !== 'EPIPE') throw error
    count('sent again')
    return await send()
  }
}

async function metricsOf(client: Client | undefined): Promise<Record<string, number>> {
  const text = (await client?.call('GET', '/api/metrics'))?.text ?? ''
  const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
  return { running: value('rill_generations_running'), readers: value('rill_readers') }
}

function count(what: string): void {
  counts[what] = (counts[what] ?? 0) + 1
}
