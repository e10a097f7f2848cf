import { expect, test } from 'vitest'
import { createEndedLogs, type EndedLog } from '@/lib/event-log/ended-log'
import type { LogReader } from '@/lib/event-log/event-log'
import { readSeveral } from '@/lib/event-log/multiplexed-reader'
import type { LogEvent } from '@/lib/protocol/events'
import { createEventDecoder, createNamedEventDecoder } from '@/lib/protocol/sse'

const MEGABYTE = 1024 * 1024

/** A log of so many deltas, whose message held a little before. */
function logOf(name: string, deltas: number, length: number): EndedLog {
  const texts = Array.from({ length: deltas }, (_, index) => `${name}${index} `.padEnd(length, '.'))
  const start = { generationId: name, conversationId: 'c', userMessageId: 'u', messageId: 'm', model: 'x' }
  return {
    log: {
      reclassified: -1,
      outline: [
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

/** Takes all, waiting for what has to be read. */
async function all(read: (wake: () => void) => LogReader | Promise<LogReader>, feed: (bytes: Uint8Array) => void) {
  let wake = () => {}
  const reader = await read(() => wake())
  for (;;) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    const { pieces, done } = reader.take()
    for (const each of pieces) feed(each)
    if (done) return
    if (pieces.length === 0) await woken
  }
}

async function eventsOf(logs: ReturnType<typeof createEndedLogs>, id: string, after: number): Promise<LogEvent[]> {
  const decoder = createEventDecoder()
  const events: LogEvent[] = []
  await all(
    (wake) => logs.read(id, after, wake),
    (bytes) => events.push(...decoder.feed(bytes)),
  )
  return events
}

test('a log is read from any cursor, and one past the end is told the end', async () => {
  const logs = createEndedLogs(async () => logOf('a', 40, 20_000))
  const whole = await eventsOf(logs, 'a', 0)
  expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: 43 }, (_, index) => index + 1))
  expect(whole[1]).toEqual({ seq: 2, type: 'reasoning', data: { text: 'think' } })
  const third = whole[2]
  expect(third?.type === 'delta' && third.data.text.startsWith('a0 ')).toBe(true)
  for (const after of [1, 2, 3, 20, 41, 42]) expect(await eventsOf(logs, 'a', after)).toEqual(whole.slice(after))
  for (const after of [43, 44, 1_000_000]) expect(await eventsOf(logs, 'a', after)).toEqual(whole.slice(-1))
})

test('many large logs at once are each read once, one after the other, and a piece at a time', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `log${index}-`)
  const loaded: string[] = []
  const logs = createEndedLogs(async (id) => {
    loaded.push(id)
    return logOf(id, 64, MEGABYTE / 16)
  })
  const decoder = createNamedEventDecoder()
  const seen = new Map<string, number>()
  let largest = 0
  const log = { read: async (id: string, after: number, wake: () => void) => logs.read(id, after, wake) }
  await all(
    (wake) => readSeveral(log, new Map(names.map((name) => [name, 0])), wake),
    (bytes) => {
      largest = Math.max(largest, bytes.byteLength)
      for (const { generationId } of decoder.feed(bytes)) seen.set(generationId, (seen.get(generationId) ?? 0) + 1)
    },
  )
  expect(loaded).toEqual(names)
  expect([...seen]).toEqual(names.map((name) => [name, 67]))
  expect(largest).toBeLessThan(MEGABYTE)
})

test('one that has been forgotten meanwhile is read on where it was', async () => {
  const logs = createEndedLogs(async (id) => logOf(id, 200, MEGABYTE / 16))
  const decoder = createEventDecoder()
  const seqs: number[] = []
  let turns = 0
  let wake = () => {}
  const reader = logs.read('slow', 0, () => wake())
  for (let done = false; !done; ) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    const taken = reader.take()
    done = taken.done
    for (const each of taken.pieces) seqs.push(...decoder.feed(each).map(({ seq }) => seq))
    if (taken.pieces.length === 0 && !done) await woken
    // Others come in between, and take its place.
    else if (turns++ % 10 === 0) for (const other of ['b', 'c', 'd']) await eventsOf(logs, `${other}${turns}`, 200)
  }
  expect(seqs).toEqual(Array.from({ length: 203 }, (_, index) => index + 1))
})

test('one that is gone ends, and keeps no other waiting; a database that is away is asked again', async () => {
  let failures = 1
  const logs = createEndedLogs(async (id) => {
    if (id === 'gone') return null
    if (failures-- > 0) throw new Error('away')
    return logOf(id, 1, 10)
  })
  expect(await eventsOf(logs, 'gone', 0)).toEqual([])
  const log = { read: async (id: string, after: number, wake: () => void) => logs.read(id, after, wake) }
  const decoder = createNamedEventDecoder()
  const ids: string[] = []
  await all(
    (wake) =>
      readSeveral(
        log,
        new Map([
          ['gone', 0],
          ['here', 0],
          ['there', 0],
        ]),
        wake,
      ),
    (bytes) => ids.push(...decoder.feed(bytes).map(({ generationId }) => generationId)),
  )
  expect(ids).toEqual([...Array.from({ length: 4 }, () => 'here'), ...Array.from({ length: 4 }, () => 'there')])
})
