import 'server-only'
import type { Answer } from '../answer'
import { malformed } from '../errors/messages'
import { readChunk } from './chunk'
import { parseJson } from './json'

interface StreamEvent {
  event: string | undefined
  data: string
}

/** Of a JSON document that was cut at its line ends, so many pieces are tried as one. */
const mostPieces = 16
/** How often a server may write `data:` before its data. */
const mostNames = 4

/** As OpenAI writes it, or nearly so. */
const endOfStream = /^"?\[?done\]?"?$/i
/** Some servers write into the data what belongs into a comment. */
const signOfLife = /^\W{0,3}(?:ping|pong|heart-?beat|keep-?alive)\W{0,3}$/i

/** Puts empty lines between the events of servers that leave them out, until one is seen that does not. */
export class EventSeparator {
  isNeeded = true
  #last = ''

  /** `text` has LF alone as line end. A JSON value that ends a line ends its event too. */
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

/** Reads events into an answer: as they should be, or nearly so. */
export class EventReader {
  /** The body is over, and what is taken now may have been cut. */
  isLast = false
  readonly #answer: Answer
  /** The beginning of a document, when it may have been separated from its rest. */
  #begun: (StreamEvent & { pieces: number }) | null = null

  constructor(answer: Answer) {
    this.#answer = answer
  }

  /** `separated`: the event may be half of one, since an empty line was put behind it. */
  take(event: StreamEvent, separated: boolean): void {
    if (this.#answer.closed || event.data === '' || signOfLife.test(event.data)) return
    const begun = this.#begun
    this.#begun = null
    const pieces = begun ? begun.pieces + 1 : 1
    const whole = begun ? { event: begun.event, data: `${begun.data}\n${event.data}` } : event
    if (this.#read(whole)) return
    // A document that follows by itself belongs to nothing.
    const isRest = !begun || parseJson(event.data) === undefined
    if (separated && !this.isLast && isRest && pieces < mostPieces && isEndOfJson(whole.data.slice(-1))) {
      this.#begun = { ...whole, pieces }
    } else this.#fail(whole)
  }

  /** No more comes. */
  end(): void {
    if (this.#begun && !this.#answer.closed) this.#fail(this.#begun)
  }

  /** Whether the answer could take it. */
  #read({ event, data }: StreamEvent): boolean {
    if (endOfStream.test(data)) {
      this.#answer.complete()
      return true
    }
    const value = parseJson(data)
    if (value === undefined) return event !== 'error' && this.#readEach(data)
    if (event === 'error') this.#answer.refuse(value)
    else this.#answer.take(readChunk(value, this.#answer.choice))
    if (event === 'done' && !this.#answer.closed) this.#answer.complete()
    return true
  }

  /** Reads data with the field's name before it once more, or of several events with no empty line between them. */
  #readEach(data: string): boolean {
    if (!data.startsWith('data:') && !data.includes('\n')) return false
    const documents = data.split('\n').flatMap((line) => withoutNames(line) || [])
    if (!documents.every((each) => endOfStream.test(each) || parseJson(each) !== undefined)) return false
    for (const each of documents) if (!this.#answer.closed) this.#read({ event: undefined, data: each })
    return true
  }

  /** What cannot be read is a hole in the text: it ends the answer, unless that had ended, or the event is no message. */
  #fail({ event, data }: StreamEvent): void {
    if (event === 'error') this.#answer.refuse(data)
    else if (!this.#answer.ended && !this.isLast && (event === undefined || event === 'message'))
      this.#answer.fail(malformed)
  }
}

function isEndOfJson(character: string): boolean {
  return character === '}' || character === ']'
}

function withoutNames(line: string): string {
  let rest = line.trim()
  for (let names = 0; names < mostNames && rest.startsWith('data:'); names++) rest = rest.slice(5).trimStart()
  return rest
}
