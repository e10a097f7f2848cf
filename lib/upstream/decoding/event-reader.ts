import 'server-only'
import { malformed } from '../errors/messages'
import type { ReplyAccumulator } from '../reply-accumulator'
import { readChunk } from './chunk'
import { parseJson } from './json'

interface StreamEvent {
  event: string | undefined
  data: string
}

/** How many pieces of a JSON document that was split at line breaks are tried together. */
const MAX_PIECES = 16
/** How often a server may repeat `data:` before its data. */
const MAX_FIELD_NAMES = 4

/** `[DONE]`, or a variation of it. */
const endOfStream = /^"?\[?done\]?"?$/i
/** Heartbeats that some servers send as data, not as comments. */
const heartbeat = /^\W{0,3}(?:ping|pong|heart-?beat|keep-?alive)\W{0,3}$/i

/** Inserts the blank lines that some servers omit between events, until the server sends one. */
export class EventSeparator {
  isNeeded = true
  #last = ''

  /** Expects LF line ends. A JSON value at the end of a line ends its event. */
  separate(text: string): string {
    if (text.includes('}\n\n')) {
      this.isNeeded = false
      return text
    }
    const between = isEndOfJson(this.#last) && text.startsWith('\n') ? '\n' : ''
    this.#last = text.slice(-1)
    return between + text.replaceAll('}\n', '}\n\n').replaceAll(']\n', ']\n\n')
  }
}

/** Reads events into a reply, tolerating common deviations from the format. */
export class EventReader {
  /** The body has ended: the event that is read now may be incomplete. */
  isLast = false
  readonly #reply: ReplyAccumulator
  /** The start of a document that may have been separated from its rest. */
  #partial: (StreamEvent & { pieces: number }) | null = null

  constructor(reply: ReplyAccumulator) {
    this.#reply = reply
  }

  /** `separated`: a blank line was inserted after the event, so it may be a part of one. */
  add(event: StreamEvent, separated: boolean): void {
    if (this.#reply.closed || event.data === '' || heartbeat.test(event.data)) return
    const partial = this.#partial
    this.#partial = null
    const pieces = partial ? partial.pieces + 1 : 1
    const whole = partial ? { event: partial.event, data: `${partial.data}\n${event.data}` } : event
    if (this.#read(whole)) return
    // A complete document doesn't continue the partial one.
    const isRest = !partial || parseJson(event.data) === undefined
    if (separated && !this.isLast && isRest && pieces < MAX_PIECES && isEndOfJson(whole.data.slice(-1))) {
      this.#partial = { ...whole, pieces }
    } else this.#fail(whole)
  }

  /** Ends the stream. */
  end(): void {
    if (this.#partial && !this.#reply.closed) this.#fail(this.#partial)
  }

  /** Reads one event. Returns whether it was readable. */
  #read({ event, data }: StreamEvent): boolean {
    if (endOfStream.test(data)) {
      this.#reply.complete()
      return true
    }
    const value = parseJson(data)
    if (value === undefined) return event !== 'error' && this.#readLines(data)
    if (event === 'error') this.#reply.failWith(value)
    else this.#reply.add(readChunk(value, this.#reply.choice))
    if (event === 'done' && !this.#reply.closed) this.#reply.complete()
    return true
  }

  /** Reads data with repeated field names, or several events without a blank line in between. */
  #readLines(data: string): boolean {
    if (!data.startsWith('data:') && !data.includes('\n')) return false
    const documents = data.split('\n').flatMap((line) => withoutFieldNames(line) || [])
    if (!documents.every((each) => endOfStream.test(each) || parseJson(each) !== undefined)) return false
    for (const each of documents) if (!this.#reply.closed) this.#read({ event: undefined, data: each })
    return true
  }

  /** An unreadable message is a gap in the text, so it ends the reply, unless the reply has ended already. */
  #fail({ event, data }: StreamEvent): void {
    if (event === 'error') this.#reply.failWith(data)
    else if (!this.#reply.ended && !this.isLast && (event === undefined || event === 'message'))
      this.#reply.fail(malformed)
  }
}

function isEndOfJson(character: string): boolean {
  return character === '}' || character === ']'
}

function withoutFieldNames(line: string): string {
  let rest = line.trim()
  for (let names = 0; names < MAX_FIELD_NAMES && rest.startsWith('data:'); names++) rest = rest.slice(5).trimStart()
  return rest
}
