import { expect, test } from 'vitest'
import { createEndedLogs, type EndedLog } from '@/lib/event-log/ended-log'
import type { LogReader } from '@/lib/event-log/event-log'
import { readMultiplexed } from '@/lib/event-log/multiplexed-reader'
import type { LogEvent } from '@/lib/protocol/events'

const MEGABYTE = 1024 * 1024

/** A log of so many deltas, whose message held a little before. */
function logOf(name: string, deltas: number, length: number): EndedLog {
  const texts = Array.from({ length: deltas }, (_, index) => `${name}${index} `.padEnd(length, '.'))
  const start = { generationId: name, conversationId: 'c', userMessageId: 'u', messageId: 'm', model: 'x' }
  return {
    log: {
      reclassified: -1,
      index: [
        { type: 'start', data: start },
        -5,
        ...texts.map((each) => each.length),
        { type: 'status', data: { status: 'completed' } },
      ],
      text: `before${texts.join('')}`,
      reasoning: 'think',
    },
    beginning: { seq: 0, text: 6, reasoning: 0 },
  }
}

/** Reads a log to its end, waiting for what has to be loaded. */
async function readAll<Item>(open: (wake: () => void) => LogReader<Item> | Promise<LogReader<Item>>): Promise<Item[]> {
  let wake = () => {}
  const reader = await open(() => wake())
  const items: Item[] = []
  for (;;) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    for (let next = reader.next(); next; next = reader.next()) items.push(next)
    if (reader.done) return items
    await woken
  }
}

async function eventsOf(logs: ReturnType<typeof createEndedLogs>, id: string, after: number): Promise<LogEvent[]> {
  return (await readAll((wake) => logs.read(id, after, wake))).map(({ event }) => event)
}

test('a log is read from any cursor, and one past the end gets the end again', async () => {
  const logs = createEndedLogs(async () => logOf('a', 40, 20_000))
  const whole = await eventsOf(logs, 'a', 0)
  expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: 43 }, (_, index) => index + 1))
  expect(whole[1]).toEqual({ seq: 2, type: 'reasoning', data: { text: 'think' } })
  const third = whole[2]
  expect(third?.type === 'delta' && third.data.text.startsWith('a0 ')).toBe(true)
  for (const after of [1, 2, 3, 20, 41, 42]) expect(await eventsOf(logs, 'a', after)).toEqual(whole.slice(after))
  for (const after of [43, 44, 1_000_000]) expect(await eventsOf(logs, 'a', after)).toEqual(whole.slice(-1))
})

test('many large logs at once are each loaded once, one after the other', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `log${index}-`)
  const loaded: string[] = []
  const logs = createEndedLogs(async (id) => {
    loaded.push(id)
    return logOf(id, 64, MEGABYTE / 16)
  })
  const log = { read: async (id: string, after: number, wake: () => void) => logs.read(id, after, wake) }
  const cursors = new Map(names.map((name) => [name, 0]))
  const events = await readAll((wake) => readMultiplexed(log, cursors, wake))
  const seen = new Map<string, number>()
  for (const { generationId } of events) seen.set(generationId, (seen.get(generationId) ?? 0) + 1)
  expect(loaded).toEqual(names)
  expect([...seen]).toEqual(names.map((name) => [name, 67]))
})

test('a log that left the cache meanwhile is read on from the same place', async () => {
  const logs = createEndedLogs(async (id) => logOf(id, 200, MEGABYTE / 16))
  const seqs: number[] = []
  let wake = () => {}
  const reader = logs.read('slow', 0, () => wake())
  while (!reader.done) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    const next = reader.next()
    if (next) seqs.push(next.event.seq)
    if (!next && !reader.done) await woken
    // Others come in between, and take its place in the cache.
    else if (seqs.length % 40 === 1)
      for (const other of ['b', 'c', 'd']) await eventsOf(logs, `${other}${seqs.length}`, 200)
  }
  expect(seqs).toEqual(Array.from({ length: 203 }, (_, index) => index + 1))
})

test('a deleted log ends and delays no other; a database that is away is asked again', async () => {
  let failures = 1
  const logs = createEndedLogs(async (id) => {
    if (id === 'gone') return null
    if (failures-- > 0) throw new Error('away')
    return logOf(id, 1, 10)
  })
  expect(await eventsOf(logs, 'gone', 0)).toEqual([])
  const log = { read: async (id: string, after: number, wake: () => void) => logs.read(id, after, wake) }
  const cursors = new Map(['gone', 'here', 'there'].map((id) => [id, 0]))
  const events = await readAll((wake) => readMultiplexed(log, cursors, wake))
  const ids = events.map(({ generationId }) => generationId)
  expect(ids).toEqual([...Array.from({ length: 4 }, () => 'here'), ...Array.from({ length: 4 }, () => 'there')])
})

test('a log that is deleted while it is read delays no other', async () => {
  let isDeleted = false
  const logs = createEndedLogs(async (id) => (isDeleted && id === 'one' ? null : logOf(id, 200, MEGABYTE / 16)))
  const log = { read: async (id: string, after: number, wake: () => void) => logs.read(id, after, wake) }
  const cursors = new Map(['one', 'two'].map((id) => [id, 0]))
  let wake = () => {}
  const reader = await readMultiplexed(log, cursors, () => wake())
  const seen: string[] = []
  while (!reader.done) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    const next = reader.next()
    if (next) seen.push(next.generationId)
    else if (!reader.done) await woken
    if (seen.length !== 5 || isDeleted) continue
    isDeleted = true
    // The first log leaves the cache, so that it has to be loaded again.
    for (const other of ['a', 'b', 'c']) await eventsOf(logs, other, 200)
  }
  expect(seen).toEqual([...Array.from({ length: 5 }, () => 'one'), ...Array.from({ length: 203 }, () => 'two')])
})
