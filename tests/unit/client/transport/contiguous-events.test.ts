import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contiguousEvents } from '@/lib/client/transport/event-stream-reader'
import type { LogEvent } from '@/lib/protocol/events'

test('contiguousEvents returns the events after the cursor, each once, whatever the order and repetition', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 })), fc.nat({ max: 5 }), (order, cursor) => {
      const events = order.map((seq): LogEvent => ({ seq, type: 'delta', data: { text: String(seq) } }))
      const next = contiguousEvents(events, cursor).map(({ seq }) => seq)
      expect(next).toEqual(next.map((_, index) => cursor + 1 + index))
    }),
  )
})
