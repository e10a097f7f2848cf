import 'server-only'
import { StringDecoder } from 'node:string_decoder'
import { createParser, type ParseError } from 'eventsource-parser'
import type { Answer } from '../answer'
import { eventTooLong, malformed, replyTooLong, unreadableFormat } from '../errors/messages'
import { webPage } from '../errors/web-pages'
import { readChunk } from './chunk'
import { EventReader, EventSeparator } from './event-reader'
import { parseJson } from './json'

/** The longest event that is read, in characters; and the longest whole answer in JSON. */
const eventLimit = 4 * 1024 * 1024
const wholeLimit = 16 * 1024 * 1024

/** Turns the bytes of a body into what the answer says. */
export interface Decoder {
  /** Takes the bytes of one network read. */
  feed(bytes: Uint8Array): void
  /** No more bytes come. `cut` when the connection broke, so that half a document is no fault of the server. */
  end(cut: boolean): void
}

/**
 * Decodes a body of any kind into an answer: an event stream, or a JSON document in its place.
 * The first character decides, whatever the content type says: servers mislabel both.
 */
export function createDecoder(answer: Answer): Decoder {
  // Four to seven times as quick as TextDecoder here; both hold back a character that is cut.
  const characters = new StringDecoder('utf8')
  let lines: LineDecoder | null = null

  function take(text: string): void {
    if (lines === null) {
      // A byte order mark counts as blank here.
      const words = text.trimStart()
      if (words === '') return
      if (words.startsWith('<')) {
        answer.fail(webPage(200, words))
        return
      }
      lines = words.startsWith('{') || words.startsWith('[') ? createWholeDecoder(answer) : createStreamDecoder(answer)
      lines.feed(words)
    } else lines.feed(text)
  }

  return {
    feed(bytes) {
      if (answer.closed) return
      take(characters.write(bytes))
      answer.flush()
    },
    end(cut) {
      if (!answer.closed) {
        take(characters.end())
        lines?.end(cut)
      }
      answer.end()
    },
  }
}

interface LineDecoder {
  feed(text: string): void
  end(cut: boolean): void
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function createStreamDecoder(answer: Answer): LineDecoder {
  let afterReturn = false
  const separator = new EventSeparator()
  const events = new EventReader(answer)
  const parser = createParser({
    maxBufferSize: eventLimit,
    onEvent: ({ event, data }) => events.take({ event, data: data.trim() }, separator.isNeeded),
    onError: (error) => takeOddLine(answer, error),
  })
  return {
    feed(text) {
      let words = text
      // A CR ends a line at once, without a wait for the LF that may follow; and the parser is quickest on LF alone.
      if (afterReturn && words !== '') {
        afterReturn = false
        if (words.startsWith('\n')) words = words.slice(1)
      }
      if (words.includes('\r')) {
        afterReturn = words.endsWith('\r')
        words = words.replace(/\r\n?/g, '\n')
      }
      if (words !== '' && !answer.closed) parser.feed(separator.isNeeded ? separator.separate(words) : words)
    },
    end() {
      // The last event counts without its blank line; when it is cut in the middle, so was the connection.
      events.isLast = true
      if (!answer.closed) parser.feed('\n\n')
      events.end()
    },
  }
}

/** Lines that are no SSE field are skipped, but some servers write an error as a bare line into the stream. */
function takeOddLine(answer: Answer, error: ParseError): void {
  if (answer.closed) return
  if (error.type === 'max-buffer-size-exceeded') answer.fail(eventTooLong)
  else if (error.type === 'unknown-field' && error.field === 'error') {
    answer.refuse(parseJson(error.value ?? '') ?? error.value)
  } else if (error.type === 'unknown-field' && error.line?.startsWith('{')) {
    const chunk = readChunk(parseJson(error.line), answer.choice)
    if (chunk.error !== undefined) answer.take(chunk)
  }
}

/** A JSON document: a whole completion, or an error. */
function createWholeDecoder(answer: Answer): LineDecoder {
  const pieces: string[] = []
  let length = 0
  return {
    feed(text) {
      length += text.length
      if (length > wholeLimit) answer.fail(replyTooLong)
      else pieces.push(text)
    },
    end(cut) {
      const document = pieces.join('').trim()
      const value = parseJson(document)
      if (value !== undefined) {
        answer.take(readChunk(value))
        if (answer.closed) return
        if (answer.isCompletion) answer.complete()
        else answer.fail(unreadableFormat)
        return
      }
      // Several documents, one a line: chunks with no field names before them, or an error that explains another format.
      const documents = document.split('\n').map((line) => parseJson(line.trim()))
      const [first] = documents
      if (first !== undefined) {
        const { error, isCompletion } = readChunk(first)
        if (isCompletion) for (const each of documents) answer.take(readChunk(each, answer.choice))
        else if (error === undefined) answer.fail(unreadableFormat)
        else answer.refuse(error)
      } else if (!cut) answer.fail(malformed)
    },
  }
}
