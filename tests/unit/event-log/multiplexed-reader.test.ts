import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventLog, LogReader } from '@/lib/event-log/event-log'
import { createMemoryLog } from '@/lib/event-log/memory-log'
import { type MultiplexedEvent, readMultiplexed } from '@/lib/event-log/multiplexed-reader'
import type { LogEvent } from '@/lib/protocol/events'

const delta = (seq: number, text = `${seq} `): LogEvent => ({ seq, type: 'delta', data: { text } })
const end = (seq: number): LogEvent => ({ seq, type: 'status', data: { status: 'completed' } })
const names = ['a', 'b', 'c']

/** Reads until there is nothing new. */
function readAll(reader: LogReader<MultiplexedEvent>) {
  const events: { generationId: string; event: LogEvent }[] = []
  for (let next = reader.next(); next; next = reader.next())
    events.push({ generationId: next.generationId, event: next.event.event })
  return { events, done: reader.done }
}

/** Remembers which readers were closed. */
function watched(log: EventLog) {
  const closed: string[] = []
  const read: EventLog['read'] = async (id, after, wake) => {
    const reader = await log.read(id, after, wake)
    const close = () => {
      closed.push(id)
      reader?.close()
    }
    return (
      reader && {
        next: reader.next,
        get done() {
          return reader.done
        },
        close,
      }
    )
  }
  return { closed, read }
}

test('any interleaving gives every event of every log after its cursor once, in order, and is done when all have ended', async () => {
  const sizes = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20))
  const steps = fc.array(fc.oneof(fc.constantFrom(...names), fc.constant('read')), { maxLength: 120 })
  await fc.assert(
    fc.asyncProperty(sizes, fc.tuple(fc.nat(25), fc.nat(25), fc.nat(25)), steps, async (counts, after, order) => {
      const log = createMemoryLog(60_000)
      const logs = new Map(
        names.map((name, index) => {
          const texts = Array.from({ length: counts[index] ?? 0 }, (_, at) => delta(at + 1))
          return [name, [...texts, end(texts.length + 1)]]
        }),
      )
      const left = new Map([...logs].map(([name, events]) => [name, [...events]]))
      const append = (name: string) => {
        const event = left.get(name)?.shift()
        if (event) log.append(name, event)
      }
      for (const name of names) append(name)
      const cursors = new Map(names.map((name, index) => [name, after[index] ?? 0]))
      const reader = await readMultiplexed(log, cursors, () => {})
      const seen: { generationId: string; event: LogEvent }[] = []
      const read = () => seen.push(...readAll(reader).events)
      for (const step of order) step === 'read' ? read() : append(step)
      for (const name of names) while ((left.get(name)?.length ?? 0) > 0) append(name)
      const { events: rest, done } = readAll(reader)
      seen.push(...rest)
      expect(done).toBe(true)
      for (const [name, events] of logs) {
        const own = seen.filter(({ generationId }) => generationId === name).map(({ event }) => event)
        // A cursor past the end gets the terminal event again.
        expect(own).toEqual(events.slice(Math.min(cursors.get(name) ?? 0, events.length - 1)))
      }
    }),
  )
})

test('a long log keeps none of the others waiting', async () => {
  const log = createMemoryLog(60_000)
  for (let seq = 1; seq <= 20; seq++) log.append('a', delta(seq, 'x'.repeat(60_000)))
  log.append('b', delta(1))
  log.append('c', delta(1))
  const reader = await readMultiplexed(log, new Map(names.map((name) => [name, 0])), () => {})
  const order = readAll(reader).events.map(({ generationId }) => generationId)
  expect(order.slice(0, 4)).toEqual(['a', 'b', 'c', 'a'])
})

test('a reader that leaves closes every log; a log that ended is closed by itself', async () => {
  const log = createMemoryLog(60_000)
  for (const name of names) log.append(name, delta(1))
  const { closed, read } = watched(log)
  const reader = await readMultiplexed({ read }, new Map(names.map((name) => [name, 0])), () => {})
  log.append('b', end(2))
  readAll(reader)
  expect(closed).toEqual(['b'])
  reader.close()
  expect(closed.toSorted()).toEqual(names)
})

test('when one log cannot be read, none is left open', async () => {
  const log = createMemoryLog(60_000)
  log.append('a', delta(1))
  log.append('c', delta(1))
  const { closed, read } = watched(log)
  await expect(readMultiplexed({ read }, new Map(names.map((name) => [name, 0])), () => {})).rejects.toThrow(/b/)
  expect(closed.toSorted()).toEqual(['a', 'c'])
})
