import { createParser } from 'eventsource-parser'
import { type GenerationEvent, generationEvent, type LogEvent } from './events'

/** Of every response that is a stream of events: nothing on the way may keep it, compress it or collect it. */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
}

/** A comment line: opens a response at once and keeps quiet ones alive. */
export const heartbeat = ':\n\n'

/**
 * One event in Rill's wire format, `id`, `event` and `data` lines and a blank one.
 * JSON leaves no raw line break in `data`, so nothing a model writes can end the event or name another.
 */
export function encodeEvent(seq: number, event: GenerationEvent): string {
  return `id: ${seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`
}

/**
 * Decodes a response body of log events, cut at any bytes.
 * `feed` takes the bytes of one read and returns the events that became whole with it.
 * @throws {Error} when an event is not one of ours: the reader should drop the connection and ask again from its cursor.
 */
export function createEventDecoder(): { feed(bytes: Uint8Array): LogEvent[] } {
  const text = new TextDecoder()
  let events: LogEvent[] = []
  const parser = createParser({
    onEvent(raw) {
      const event = generationEvent.parse({ type: raw.event, data: JSON.parse(raw.data) })
      events.push({ seq: Number(raw.id), ...event })
    },
  })
  return {
    feed(bytes) {
      parser.feed(text.decode(bytes, { stream: true }))
      const whole = events
      events = []
      return whole
    },
  }
}
