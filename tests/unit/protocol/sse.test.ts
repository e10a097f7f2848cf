import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GenerationEvent, LogEvent } from '@/lib/protocol/events'
import { createEventDecoder, createNamedEventDecoder, encodeEvent, heartbeat, named } from '@/lib/protocol/sse'

const text = fc.string({ unit: 'binary' })
const event: fc.Arbitrary<GenerationEvent> = fc.oneof(
  text.map((each): GenerationEvent => ({ type: 'delta', data: { text: each } })),
  text.map((each): GenerationEvent => ({ type: 'reasoning', data: { text: each } })),
  fc.nat().map((ms): GenerationEvent => ({ type: 'thought', data: { ms } })),
  fc.nat().map((length): GenerationEvent => ({ type: 'reclassify', data: { length } })),
  fc.constantFrom<GenerationEvent>(
    { type: 'status', data: { status: 'completed', finishReason: 'stop' } },
    { type: 'error', data: { kind: 'timeout', message: 'a\nb: c', retryable: true } },
  ),
)

test('any stream of events, cut at any bytes, decodes to the same events', () => {
  fc.assert(
    fc.property(fc.array(event), fc.array(fc.nat(), { maxLength: 30 }), fc.boolean(), (events, cuts, beats) => {
      const log: LogEvent[] = events.map((each, index) => ({ seq: index + 1, ...each }))
      const wire = log.map((each) => encodeEvent(each.seq, each) + (beats ? heartbeat : '')).join('')
      const bytes = new TextEncoder().encode(heartbeat + wire)
      const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
      const decoder = createEventDecoder()
      const decoded = edges.slice(1).flatMap((edge, index) => decoder.feed(bytes.slice(edges[index], edge)))
      expect(decoded).toEqual(log)
    }),
  )
})

test('any events of any logs in one stream, cut at any bytes, decode to the same events of the same logs', () => {
  const id = fc.oneof(fc.uuid(), fc.stringMatching(/^[\w:-]{1,20}$/))
  const place = fc.record({ generationId: id, seq: fc.nat(), event })
  fc.assert(
    fc.property(fc.array(place), fc.array(fc.nat(), { maxLength: 30 }), (places, cuts) => {
      const pieces = places.flatMap((each) => [
        ...named(each.generationId, new TextEncoder().encode(encodeEvent(each.seq, each.event))),
        new TextEncoder().encode(heartbeat),
      ])
      const bytes = Buffer.concat(pieces)
      const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
      const decoder = createNamedEventDecoder()
      const decoded = edges.slice(1).flatMap((edge, index) => decoder.feed(bytes.subarray(edges[index], edge)))
      const expected = places.map(({ generationId, seq, event }) => ({ generationId, event: { seq, ...event } }))
      expect(decoded).toEqual(expected)
    }),
  )
})

test('an event without its log is an error', () => {
  const feed = (id: string) => () =>
    createNamedEventDecoder().feed(new TextEncoder().encode(`id: ${id}\nevent: delta\ndata: {"text":"a"}\n\n`))
  for (const id of ['1', ':1', 'g:', 'g:x', 'g:-1']) expect(feed(id)).toThrow()
})

test('what a model writes can neither end an event nor name one', () => {
  const hostile = 'a\n\nevent: status\ndata: {"status":"completed"}\n\nid: 99\r\r\u2028'
  const decoded = createEventDecoder().feed(
    new TextEncoder().encode(encodeEvent(1, { type: 'delta', data: { text: hostile } })),
  )
  expect(decoded).toEqual([{ seq: 1, type: 'delta', data: { text: hostile } }])
})

test('an unknown event is an error, not a silent gap', () => {
  const feed = (wire: string) => () => createEventDecoder().feed(new TextEncoder().encode(wire))
  expect(feed('id: 1\nevent: surprise\ndata: {}\n\n')).toThrow()
  expect(feed('id: 1\nevent: delta\ndata: {"text":1}\n\n')).toThrow()
  expect(feed('id: 1\nevent: delta\ndata: {"text"\n\n')).toThrow()
})
