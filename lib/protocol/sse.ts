import { createParser } from 'eventsource-parser'
import { type GenerationEvent, generationEvent, type LogEvent } from './events'

/** Headers of every event stream: no proxy may cache, compress or buffer it. */
export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

/** How many logs one response may carry. */
export const MAX_LOGS_AT_ONCE = 100

const idField = 'id: '
const utf8 = new TextEncoder()

/** A comment line: opens a response at once and keeps silent ones alive. */
export const heartbeat = ':\n\n'

/**
 * One event in Rill's wire format, `id`, `event` and `data` lines and a blank one.
 * JSON leaves no raw line break in `data`, so nothing a model writes can end the event or name another.
 */
export function encodeEvent(seq: number, event: GenerationEvent): string {
  return `${idField}${seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`
}

type Bytes = Uint8Array<ArrayBuffer>

/** An event of one of several logs that travel in one response. */
export interface NamedEvent {
  generationId: string
  event: LogEvent
}

/** The wire form of an event in a response that carries several logs: its `id` becomes `{generationId}:{seq}`. */
export function named(generationId: string, encoded: Bytes): Bytes[] {
  return [utf8.encode(`${idField}${generationId}:`), encoded.subarray(idField.length)]
}

/**
 * Decodes a response body of log events, cut at any bytes.
 * `feed` takes the bytes of one read and returns the events that became whole with it.
 * @throws {Error} when an event is not one of ours: the reader should drop the connection and ask again from its cursor.
 */
export function createEventDecoder(): Decoder<LogEvent> {
  return decoder((id, event) => ({ seq: Number(id), ...event }))
}

/** Decodes a response body that carries several logs, as `createEventDecoder` does one. */
export function createNamedEventDecoder(): Decoder<NamedEvent> {
  return decoder((id, event) => {
    const [, generationId, seq] = /^(.+):(\d+)$/s.exec(id) ?? []
    if (generationId === undefined) throw new Error('The event does not say of which log it is.')
    return { generationId, event: { seq: Number(seq), ...event } }
  })
}

export interface Decoder<E> {
  feed(bytes: Uint8Array): E[]
}

function decoder<E>(place: (id: string, event: GenerationEvent) => E): Decoder<E> {
  const text = new TextDecoder()
  let events: E[] = []
  const parser = createParser({
    onEvent(raw) {
      const event = generationEvent.parse({ type: raw.event, data: JSON.parse(raw.data) })
      events.push(place(raw.id ?? '', event))
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
