import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { type LogEvent, type StartData, startData } from '@/lib/protocol/events'
import { type Message, textOf } from '@/lib/protocol/messages'
import { machineDelay } from '../../delay'
import { delta, done, finish, reasoning, usage } from '../../upstream/events'
import { now, type ScriptedUpstream, type Step } from '../../upstream/scripted'
import type { Client, Turn } from '../client'
import { type Engine, engines, type House, openHouse } from '../house'
import type { EventReader } from '../replies/event-reader'

const CHECKPOINT_MS = 250
const EVERY_MS = 5
/** So many tokens are read before the server is ended: three checkpoints' worth, since a busy machine takes some of it. */
const ENOUGH = 180

describe.each(engines)('after kill -9, on %s', (engine) => {
  let house: House
  let client: Client
  /** Logs of generations that had ended, as their readers saw them. */
  const ended: EventReader[] = []
  let counting: EventReader[]
  let turns: Turn[]
  /** How many tokens had been sent when the time came from which text may be lost. */
  let due: number
  let replies: (Message | undefined)[]

  beforeAll(async () => {
    house = await openHouse(engine)
    client = house.client()
    ended.push(...(await endedInManyWays(house, client)))

    const delay = machineDelay()
    const sentAt = count(house.upstream)
    turns = ['counting one', 'counting two', 'counting three'].map((text) => ({ text, turnId: `${text}, ${engine}` }))
    counting = await Promise.all(turns.map((turn) => client.chat(turn)))
    await Promise.all(counting.map((reader) => reader.untilText(`${ENOUGH} `)))
    const killedAt = now()
    await house.rill.kill('SIGKILL')
    // The server waits for its turn as well, and so does its database.
    const lateMs = CHECKPOINT_MS + 2 * delay.stop()
    due = sentAt.stop().filter((at) => at < killedAt - lateMs).length
    await Promise.all(counting.map((reader) => reader.rest()))

    await lookDead(house, engine)
    await house.start()
    const look = () => Promise.all(counting.map(async (reader) => await replyOf(client, reader)))
    // On Postgres, where other instances may live, one that has just started takes nobody for dead for a while.
    const over = async () => {
      replies = await look()
      expect(replies.map((reply) => reply?.generation?.status)).not.toContain('running')
    }
    await vi.waitFor(over, { timeout: 20_000, interval: 100 })
  })
  afterAll(() => house?.close())

  test('the prompt is there, and the text up to the last 250 ms', async () => {
    expect(due).toBeGreaterThan(ENOUGH / 6)
    for (const [index, reader] of counting.entries()) {
      expect(reader.cut).toBe(true)
      const { messages } = await client.conversation(startOf(reader).conversationId)
      expect(textOf(messages[0]?.parts ?? [])).toBe(turns[index]?.text)
      const text = textOf(replies[index]?.parts ?? [])
      const tokens = text.split(' ').length - 1
      expect(text).toBe(numbers(tokens))
      expect(tokens).toBeGreaterThanOrEqual(due)
    }
  })

  test('the answer reads interrupted, and says why', () => {
    for (const reply of replies) {
      expect(reply?.generation).toMatchObject({ status: 'interrupted', endedAt: expect.any(Number) })
      expect(reply?.parts.at(-1)).toMatchObject({ type: 'error', problem: { kind: 'internal', retryable: true } })
      expect(JSON.stringify(reply?.parts.at(-1))).toContain('The server stopped while this reply was being written')
    }
  })

  test('a reader that had seen more than was saved is told the end, and its response ends', async () => {
    for (const reader of counting) {
      const { generationId } = startOf(reader)
      for (const after of [reader.cursor, reader.cursor + 1000]) {
        const again = await client.follow(generationId, after)
        await again.rest()
        expect(again.cut).toBe(false)
        expect(again.seen.at(-1)).toMatchObject({ type: 'status', data: { status: 'interrupted' } })
      }
    }
  })

  test('the log is whole up to the crash, as its readers saw it, and then ends', async () => {
    for (const [index, reader] of counting.entries()) {
      const again = await client.follow(startOf(reader).generationId)
      const events = await again.rest()
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, place) => place + 1))
      expect(events.slice(-3).map(({ type }) => type)).toEqual(['usage', 'error', 'status'])
      const saved = events.slice(0, -3)
      expect(reader.seen.slice(0, saved.length)).toEqual(saved.slice(0, reader.seen.length))
      expect(again.text).toBe(textOf(replies[index]?.parts ?? []))
    }
  })

  test('the turn sent again is the interrupted generation, and asks the upstream for nothing', async () => {
    const before = house.upstream.requests.length
    for (const [index, turn] of turns.entries()) {
      const reader = counting[index]
      expect(await client.start(turn)).toEqual(reader && startOf(reader))
    }
    expect(house.upstream.requests).toHaveLength(before)
  })

  test('what had ended is read from any cursor as it was, each event with its seq', async () => {
    for (const reader of ended) {
      const { generationId } = startOf(reader)
      for (let after = 0; after < reader.seen.length; after++) {
        expect(await (await client.follow(generationId, after)).rest()).toEqual(reader.seen.slice(after))
      }
    }
  })

  test('the conversation goes on', async () => {
    house.upstream.scriptFor('and go on', [{ write: delta('On.') + finish('stop') + done }])
    const [reader] = counting
    const { conversationId } = startData.parse(reader?.seen[0]?.data)
    expect(await client.finish({ text: 'and go on', conversationId })).toMatchObject({ status: 'completed' })
    const { messages } = (await house.asked('and go on')).body
    expect(messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(messages?.[1]?.content).toBe(textOf(replies[0]?.parts ?? []))
  })
})

describe.each(engines)('SIGTERM, on %s', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(engine)
  })
  afterAll(() => house?.close())

  test('tells readers why, saves all text, and ends promptly', async () => {
    const client = house.client()
    const sentAt = count(house.upstream)
    const reader = await client.chat({ text: 'counting' })
    await reader.untilText(`${ENOUGH} `)
    const [idle, silent] = [house.client(), house.client()]
    // A page that is open and asks for nothing must not hold the server up.
    await idle.call('GET', '/api/models')
    const waiting = await silent.chat({ text: 'never answered' })

    const askedAt = now()
    const ending = house.rill.kill('SIGTERM')
    await Promise.all([reader.rest(), waiting.rest()])
    const code = await ending
    const took = now() - askedAt
    const due = sentAt.stop().filter((at) => at < askedAt - CHECKPOINT_MS).length

    expect([0, 143]).toContain(code)
    expect(took).toBeLessThan(3_000)
    for (const each of [reader, waiting]) {
      expect(each.cut).toBe(false)
      expect(each.seen.slice(-2)).toMatchObject([
        { type: 'error', data: { kind: 'internal', message: expect.stringContaining('shut down'), retryable: true } },
        { type: 'status', data: { status: 'interrupted' } },
      ])
    }
    await house.start()
    const reply = await replyOf(client, reader)
    expect(textOf(reply?.parts ?? [])).toBe(reader.text)
    expect(reader.text.split(' ').length - 1).toBeGreaterThanOrEqual(due)
    expect(reply?.generation?.status).toBe('interrupted')
    expect(await (await client.follow(startOf(reader).generationId)).rest()).toEqual(reader.seen)
  })
})

/** Plays tokens that carry their number for every prompt with "counting" in it, and notes when each was sent. */
function count(upstream: ScriptedUpstream): { stop(): number[] } {
  const sentAt: number[] = []
  const steps = Array.from({ length: 2_000 }, (_, n): Step[] => [{ until: `token ${n}` }, { delta: `${n} ` }])
  upstream.scriptFor('counting', steps.flat())
  upstream.scriptFor('never answered', [{ until: 'never' }])
  const timer = setInterval(() => {
    upstream.open(`token ${sentAt.length}`)
    sentAt.push(now())
  }, EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      return sentAt
    },
  }
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, n) => `${n} `).join('')
}

/** On Postgres, other instances may live, so one counts as dead 15 s after its last heartbeat. Here they have passed. */
async function lookDead(house: House, engine: Engine): Promise<void> {
  if (engine === 'postgres') await house.query('UPDATE instances SET heartbeat_at = heartbeat_at - 15000')
}

async function endedInManyWays(house: House, client: Client): Promise<EventReader[]> {
  const { upstream } = house
  const ending = finish('stop') + usage({ prompt: 1, completion: 2 }) + done
  upstream.scriptFor('it completes', [
    { write: reasoning('Let me see. 🙈') },
    { until: 'completes' },
    { delta: 'One 漢字 ' },
    { delta: 'and 👩‍👩‍👧' },
    { write: ending },
  ])
  upstream.scriptFor('it is cut', [{ delta: 'Half' }, { cut: true }])
  upstream.scriptFor('it fails', [{ status: 500 }, { write: 'no' }])
  upstream.scriptFor('it is stopped', [{ delta: 'Some' }, { until: 'never' }])
  const readers = await Promise.all(
    ['it completes', 'it is cut', 'it fails', 'it is stopped'].map((text) => client.chat({ text })),
  )
  const [completes, , , stopped] = readers
  await completes?.until(() => completes.reasoning !== '')
  upstream.open('completes')
  await stopped?.untilText('Some')
  if (stopped) await client.ask(z.unknown(), 'POST', `/api/generations/${startOf(stopped).generationId}/stop`)
  const logs = await Promise.all(readers.map((reader) => reader.rest()))
  const status = (log: LogEvent[]) => log.at(-1)?.data
  expect(logs.map(status)).toMatchObject(
    ['completed', 'interrupted', 'failed', 'stopped'].map((each) => ({ status: each })),
  )
  return readers
}

function startOf(reader: EventReader): StartData {
  return startData.parse(reader.seen[0]?.data)
}

async function replyOf(client: Client, reader: EventReader): Promise<Message | undefined> {
  return (await client.conversation(startOf(reader).conversationId)).messages.at(-1)
}
