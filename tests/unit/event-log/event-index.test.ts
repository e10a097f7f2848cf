import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differencesIn, indexEntryOf, logFrom } from '@/lib/event-log/event-index'
import type { GenerationEvent } from '@/lib/protocol/events'
import {
  continuing,
  type Folded,
  foldEvent,
  isWritten,
  lengthsOf,
  nothingYet,
  type Part,
  partsBefore,
} from '@/lib/protocol/messages'

const text = fc.string({ unit: 'binary', minLength: 1 })
const event: fc.Arbitrary<GenerationEvent> = fc.oneof(
  text.map((each): GenerationEvent => ({ type: 'delta', data: { text: each } })),
  text.map((each): GenerationEvent => ({ type: 'reasoning', data: { text: each } })),
  fc.nat().map((ms): GenerationEvent => ({ type: 'thought', data: { ms } })),
  fc.constant<GenerationEvent>({
    type: 'retry',
    data: { attempt: 2, of: 6, delayMs: 7000, at: 1, kind: 'rate_limit', message: 'Rate limited' },
  }),
)
const error: GenerationEvent = {
  type: 'error',
  data: { kind: 'network', message: 'The connection was cut.', retryable: true },
}
const start = {
  type: 'start' as const,
  data: { generationId: 'g', conversationId: 'c', userMessageId: 'u', messageId: 'm', model: 'scripted' },
} satisfies GenerationEvent
/** What a generation writes as text at first, and reasoning that it turns out to be. */
const reclassified = fc
  .tuple(
    fc.array(
      event.filter(({ type }) => type !== 'reasoning'),
      { minLength: 1 },
    ),
    fc.array(event),
  )
  .map(([before, after]): GenerationEvent[] => {
    const length = before.reduce((sum, each) => sum + (each.type === 'delta' ? each.data.text.length : 0), 0)
    return length === 0 ? after : [...before, { type: 'reclassify', data: { length } }, ...after]
  })
const middle = fc.oneof(fc.array(event), reclassified)
/** A whole log, which may have ended in an error. */
const log = fc.tuple(middle, fc.boolean()).map(([between, failed]): GenerationEvent[] => {
  const status = failed ? 'interrupted' : 'completed'
  return [start, ...between, ...(failed ? [error] : []), { type: 'status', data: { status } }]
})

/** Parts without how long their reasoning took, and without their state: a continuation sets both anew. */
const timeless = (parts: Part[]) => parts.map((each) => (isWritten(each) ? { type: each.type, text: each.text } : each))
const stored = (parts: Part[]): Part[] => JSON.parse(JSON.stringify(parts))

test('the outline and the reply give back the whole log, every event at its seq', () => {
  fc.assert(
    fc.property(log, (events) => {
      const { parts } = events.reduce(foldEvent, nothingYet)
      const again = logFrom(JSON.stringify(events.map(indexEntryOf)), stored(parts), lengthsOf([]))
      expect(again).toEqual(events.map((each, index) => ({ seq: index + 1, ...each })))
    }),
  )
})

test('of a reply that was continued, each generation’s log is given back, and what it was when each began', () => {
  fc.assert(
    fc.property(fc.array(log, { minLength: 2, maxLength: 5 }), (logs) => {
      const begun: Part[][] = []
      let folded: Folded = nothingYet
      for (const events of logs) {
        begun.push(continuing(folded.parts).parts)
        folded = events.reduce(foldEvent, folded)
      }
      const parts = stored(folded.parts)
      for (const [index, events] of logs.entries()) {
        const before = lengthsOf(begun[index] ?? [])
        const again = logFrom(JSON.stringify(events.map(indexEntryOf)), parts, before)
        expect(again).toEqual(events.map((each, place) => ({ seq: place + 1, ...each })))
        expect(timeless(partsBefore(parts, before))).toEqual(timeless(begun[index] ?? []))
      }
      // The problem that a generation ended with is over when the next goes on.
      expect(folded.parts.filter(({ type }) => type === 'error')).toHaveLength(logs.at(-1)?.includes(error) ? 1 : 0)
    }),
  )
})

test('text that was reasoning becomes that, and joins what stands before it; what a generation before wrote stays', () => {
  const say = (each: string): GenerationEvent => ({ type: 'delta', data: { text: each } })
  const events = [say('Let me '), say('see.'), { type: 'reclassify' as const, data: { length: 11 } }, say('Yes.')]
  const fold = (parts: Part[]) => events.reduce<Folded>(foldEvent, { ...nothingYet, parts }).parts
  const yes = { type: 'text', text: 'Yes.', state: 'streaming' }
  expect(fold([])).toEqual([{ type: 'reasoning', text: 'Let me see.' }, yes])
  expect(fold([{ type: 'text', text: 'No. ' }])).toEqual([
    { type: 'text', text: 'No. ' },
    { type: 'reasoning', text: 'Let me see.' },
    yes,
  ])
  expect(fold([{ type: 'reasoning', text: 'Hm. ', ms: 5 }])).toEqual([
    { type: 'reasoning', text: 'Hm. Let me see.', ms: 5 },
    yes,
  ])
})

test('text that goes on after an error joins what stood before it', () => {
  const events: GenerationEvent[] = [
    { type: 'delta', data: { text: 'abc' } },
    error,
    start,
    { type: 'delta', data: { text: 'def' } },
  ]
  expect(events.reduce(foldEvent, nothingYet).parts).toEqual([{ type: 'text', text: 'abcdef', state: 'streaming' }])
})

test('a start that tells how much there was takes away what is more, and changes nothing else', () => {
  fc.assert(
    fc.property(log, middle, (events, lost) => {
      const { parts } = events.reduce(foldEvent, nothingYet)
      const goesOn: GenerationEvent = { type: 'start', data: { ...start.data, ...lengthsOf(parts) } }
      const { parts: kept } = continuing(parts)
      const again = foldEvent({ ...nothingYet, parts }, goesOn).parts
      expect(timeless(again)).toEqual(timeless(kept))
      // One who read on has more than was saved, and not the problem that the end came with.
      const ahead = lost.reduce(foldEvent, { ...nothingYet, parts: kept })
      expect(timeless(foldEvent(ahead, goesOn).parts)).toEqual(timeless(kept))
    }),
  )
})

test('what was asked otherwise is told by the outline, once the generation has ended', () => {
  const ended = (differences?: string[]): GenerationEvent => ({
    type: 'status',
    data: { status: 'completed', differences },
  })
  const column = (...events: GenerationEvent[]) => JSON.stringify(events.map(indexEntryOf))
  expect(differencesIn(column(start, ended(['stream'])))).toEqual(['stream'])
  expect(differencesIn(column(start, ended()))).toEqual([])
  expect(differencesIn(column(start))).toEqual([])
  expect(differencesIn(null)).toEqual([])
})
