import 'server-only'
import type { LogEvent } from '@/lib/protocol/events'
import { encodeEvent, named } from '@/lib/protocol/sse'
import type { Bytes, LoggedEvent } from './event-log'
import type { MultiplexedEvent } from './multiplexed-reader'

const utf8 = new TextEncoder()

function encode(event: LogEvent): Bytes {
  return utf8.encode(encodeEvent(event.seq, event))
}

/** An event of one log as Rill's own event stream carries it. */
export function sse(event: LoggedEvent): Bytes[] {
  return [event.encodedBy(encode)]
}

/** The same in a stream of several logs, whose ids name the log too. */
export function multiplexedSse({ generationId, event }: MultiplexedEvent): Bytes[] {
  return named(generationId, event.encodedBy(encode))
}
