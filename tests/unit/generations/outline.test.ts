import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logFrom, outlineOf } from '@/lib/generations/outline'
import type { GenerationEvent } from '@/lib/protocol/events'
import { foldEvent, nothingYet } from '@/lib/protocol/messages'

const text = fc.string({ unit: 'binary', minLength: 1 })
const event: fc.Arbitrary<GenerationEvent> = fc.oneof(
  text.map((each): GenerationEvent => ({ type: 'delta', data: { text: each } })),
  text.map((each): GenerationEvent => ({ type: 'reasoning', data: { text: each } })),
  fc.constant<GenerationEvent>({
    type: 'retry',
    data: { attempt: 2, of: 6, delayMs: 7000, at: 1, kind: 'rate_limit', message: 'Rate limited' },
  }),
  fc.constant<GenerationEvent>({
    type: 'error',
    data: { kind: 'network', message: 'The connection was cut.', retryable: true },
  }),
)

test('the outline and the reply give back the whole log, every event at its seq', () => {
  fc.assert(
    fc.property(fc.array(event), (middle) => {
      const events: GenerationEvent[] = [
        ...middle,
        { type: 'status', data: { status: 'completed', finishReason: 'stop' } },
      ]
      const { parts } = events.reduce(foldEvent, nothingYet)
      const stored = JSON.parse(JSON.stringify(parts))
      const log = logFrom(JSON.stringify(events.map(outlineOf)), stored)
      expect(log).toEqual(events.map((each, index) => ({ seq: index + 1, ...each })))
    }),
  )
})
