import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogReader } from '@/lib/generations/log'
import { createMemoryLog } from '@/lib/generations/memory-log'
import type { GenerationEvent, LogEvent } from '@/lib/protocol/events'
import { createEventDecoder } from '@/lib/protocol/sse'

const start: GenerationEvent = {
  type: 'start',
  data: { generationId: 'g', conversationId: 'c', userMessageId: 'u', messageId: 'm', model: 'x' },
}
const end: GenerationEvent = { type: 'status', data: { status: 'completed' } }
const text = fc.string({ unit: 'binary', minLength: 1 })
const middle: fc.Arbitrary<GenerationEvent> = fc.oneof(
  text.map((each): GenerationEvent => ({ type: 'delta', data: { text: each } })),
  text.map((each): GenerationEvent => ({ type: 'reasoning', data: { text: each } })),
)
const wholeLog = fc
  .array(middle, { maxLength: 40 })
  .map((events): LogEvent[] => [start, ...events, end].map((event, index) => ({ seq: index + 1, ...event })))

/** What happens next: the writer appends, reader k takes, or a reader opens at some cursor. */
const action = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ what: 'append' as const }) },
  { weight: 3, arbitrary: fc.nat(9).map((reader) => ({ what: 'take' as const, reader })) },
  { weight: 1, arbitrary: fc.nat(50).map((after) => ({ what: 'open' as const, after })) },
)

class Follower {
  readonly seen: LogEvent[] = []
  wakes = 0
  done = false
  reader: LogReader | null = null
  readonly #decoder = createEventDecoder()

  constructor(readonly after: number) {}

  take(): void {
    if (this.done || !this.reader) return
    const { bytes, done } = this.reader.take()
    if (bytes) this.seen.push(...this.#decoder.feed(bytes))
    this.done = done
  }
}

test('any interleaving of appends and reads gives every reader every event after its cursor once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(wholeLog, fc.array(action, { maxLength: 200 }), async (events, actions) => {
      const log = createMemoryLog(60_000)
      const followers: Follower[] = []
      let appended = 0
      const append = () => {
        const event = events[appended]
        if (!event) return
        log.append('g', event)
        appended++
      }
      append()
      for (const each of actions) {
        if (each.what === 'append') append()
        else if (each.what === 'take') followers[each.reader % Math.max(1, followers.length)]?.take()
        else {
          const follower = new Follower(Math.min(each.after, appended))
          follower.reader = await log.read('g', follower.after, () => follower.wakes++)
          followers.push(follower)
        }
      }
      while (appended < events.length) append()
      for (const follower of followers) {
        while (!follower.done) follower.take()
        expect(follower.seen).toEqual(events.slice(follower.after))
      }
    }),
    { numRuns: 300 },
  )
})

test('a reader is woken by each append after it opened, and not once it is closed', async () => {
  const log = createMemoryLog(60_000)
  log.append('g', { seq: 1, ...start })
  let wakes = 0
  const reader = await log.read('g', 0, () => wakes++)
  log.append('g', { seq: 2, type: 'delta', data: { text: 'a' } })
  expect(wakes).toBe(1)
  reader?.close()
  log.append('g', { seq: 3, ...end })
  expect(wakes).toBe(1)
})

test('an append out of order is refused, so a gap can never reach a reader', () => {
  const log = createMemoryLog(60_000)
  log.append('g', { seq: 1, ...start })
  expect(() => log.append('g', { seq: 3, ...end })).toThrow()
})

test('a log that is not held here is not invented', async () => {
  expect(await createMemoryLog(60_000).read('nobody', 0, () => {})).toBeNull()
})
