import 'server-only'
import { StringDecoder } from 'node:string_decoder'
import { createParser, type ParseError } from 'eventsource-parser'
import { eventTooLong, malformed, replyTooLong, unreadableFormat } from '../errors/messages'
import { webPage } from '../errors/web-pages'
import type { ReplyAccumulator } from '../reply-accumulator'
import { readChunk } from './chunk'
import { EventReader, EventSeparator } from './event-reader'
import { parseJson } from './json'

/** The largest event and the largest JSON document that are read. In characters. */
const MAX_EVENT = 4 * 1024 * 1024
const MAX_DOCUMENT = 16 * 1024 * 1024

/** Decodes the bytes of a body into a reply. */
export interface Decoder {
  /** Decodes the bytes of one network read. */
  feed(bytes: Uint8Array): void
  /** Ends the body. `cut`: the connection broke, so half a document isn't the server's fault. */
  end(cut: boolean): void
}

/**
 * Decodes an event stream, or a JSON document in its place, into a reply.
 * The first character decides which, not the content type: servers mislabel both.
 */
export function createDecoder(reply: ReplyAccumulator): Decoder {
  // Four to seven times as fast as TextDecoder here; both hold back a partial character.
  const characters = new StringDecoder('utf8')
  let decoder: TextFormatDecoder | null = null

  function decode(text: string): void {
    if (decoder !== null) {
      decoder.feed(text)
      return
    }
    // Also strips a byte order mark.
    const start = text.trimStart()
    if (start === '') return
    if (start.startsWith('<')) {
      reply.fail(webPage(200, start))
      return
    }
    decoder = /^[{[]/.test(start) ? createDocumentDecoder(reply) : createStreamDecoder(reply)
    decoder.feed(start)
  }

  return {
    feed(bytes) {
      if (reply.closed) return
      decode(characters.write(bytes))
      reply.flush()
    },
    end(cut) {
      if (!reply.closed) {
        decode(characters.end())
        decoder?.end(cut)
      }
      reply.end()
    },
  }
}

interface TextFormatDecoder {
  feed(text: string): void
  end(cut: boolean): void
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
function createStreamDecoder(reply: ReplyAccumulator): TextFormatDecoder {
  let afterReturn = false
  const separator = new EventSeparator()
  const events = new EventReader(reply)
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onEvent: ({ event, data }) => events.add({ event, data: data.trim() }, separator.isNeeded),
    onError: (error) => readOddLine(reply, error),
  })
  return {
    feed(text) {
      let lines = text
      // A CR ends a line at once, without waiting for an LF; and the parser is fastest with LF only.
      if (afterReturn && lines !== '') {
        afterReturn = false
        if (lines.startsWith('\n')) lines = lines.slice(1)
      }
      if (lines.includes('\r')) {
        afterReturn = lines.endsWith('\r')
        lines = lines.replace(/\r\n?/g, '\n')
      }
      if (lines !== '' && !reply.closed) parser.feed(separator.isNeeded ? separator.separate(lines) : lines)
    },
    end() {
      // The last event counts without its blank line. If it is incomplete, the connection was cut.
      events.isLast = true
      if (!reply.closed) parser.feed('\n\n')
      events.end()
    },
  }
}

/** Lines that aren't SSE fields are skipped, except errors, which some servers write as a bare line. */
function readOddLine(reply: ReplyAccumulator, error: ParseError): void {
  if (reply.closed) return
  if (error.type === 'max-buffer-size-exceeded') reply.fail(eventTooLong)
  else if (error.type === 'unknown-field' && error.field === 'error') {
    reply.failWith(parseJson(error.value ?? '') ?? error.value)
  } else if (error.type === 'unknown-field' && error.line?.startsWith('{')) {
    const chunk = readChunk(parseJson(error.line), reply.choice)
    if (chunk.error !== undefined) reply.add(chunk)
  }
}

/** Decodes a JSON document: a whole completion, or an error. */
function createDocumentDecoder(reply: ReplyAccumulator): TextFormatDecoder {
  const pieces: string[] = []
  let length = 0
  return {
    feed(text) {
      length += text.length
      if (length > MAX_DOCUMENT) reply.fail(replyTooLong)
      else pieces.push(text)
    },
    end(cut) {
      const document = pieces.join('').trim()
      const value = parseJson(document)
      if (value !== undefined) {
        reply.add(readChunk(value))
        if (reply.closed) return
        if (reply.isCompletion) reply.complete()
        else reply.fail(unreadableFormat)
        return
      }
      // JSON lines: chunks without SSE field names, or an error followed by another format.
      const documents = document.split('\n').map((line) => parseJson(line.trim()))
      const [first] = documents
      if (first !== undefined) {
        const { error, isCompletion } = readChunk(first)
        if (isCompletion) for (const each of documents) reply.add(readChunk(each, reply.choice))
        else if (error === undefined) reply.fail(unreadableFormat)
        else reply.failWith(error)
      } else if (!cut) reply.fail(malformed)
    },
  }
}
