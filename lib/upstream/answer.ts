import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import type { Chunk } from './chunk'
import type { CompletionSink } from './connection'
import { problemFromPayload, type UpstreamProblem } from './problems'
import { type TextKind, ThinkSplitter } from './think'
import { answerTooLong } from './words'

/** The longest answer that is kept, in bytes of UTF-8. */
const answerLimit = 16 * 1024 * 1024
const mostTools = 8

/**
 * One answer as it grows. Takes chunks, joins what they say, and gives it to the sink when a read is over;
 * remembers how it stands, so that whoever reads the body can say how it ended.
 */
export class Answer {
  /** No more is wanted: the answer is complete, or it failed. */
  closed = false
  /** `[DONE]` came, or a whole completion. */
  done = false
  isCompletion = false
  hasText = false
  finishReason: string | null = null
  problem: UpstreamProblem | null = null
  readonly tools: string[] = []
  /** Grows with each piece of content, so that a clock can tell content from chatter. */
  contents = 0

  readonly #sink: CompletionSink
  readonly #think = new ThinkSplitter()
  readonly #held: Record<TextKind, string> = { text: '', reasoning: '' }
  #kind: TextKind = 'text'
  #joined = ''
  #bytes = 0
  #streamed = false

  constructor(sink: CompletionSink) {
    this.#sink = sink
  }

  get ended(): boolean {
    return this.done || this.finishReason !== null
  }

  take(chunk: Chunk): void {
    if (chunk.isCompletion) this.isCompletion = true
    if (chunk.reasoning !== '' || chunk.text !== '' || chunk.callsTool) this.#takeContent(chunk)
    if (chunk.usage !== null) this.#report(chunk.usage)
    if (chunk.finishReason !== null) this.finishReason = chunk.finishReason
    if (chunk.error !== undefined) this.fail(problemFromPayload(chunk.error))
  }

  /** Ends the answer; what came before stays. */
  fail(problem: UpstreamProblem): void {
    this.closed = true
    this.problem ??= problem
  }

  complete(): void {
    this.closed = true
    this.done = true
  }

  /** Gives the sink what one read brought. */
  flush(): void {
    if (this.#joined !== '') this.#send(false)
    if (this.finishReason !== null) this.#sink.finished?.()
  }

  /** Gives the sink all that was held back. To be called once, when no more comes. */
  end(): void {
    this.#think.end(this.#append)
    this.#send(true)
    for (const kind of ['text', 'reasoning'] as const) {
      this.#kind = kind
      this.#send(true)
    }
  }

  /** Gives the text that it is of first. */
  #report(usage: Usage): void {
    this.flush()
    this.#sink.usage(usage)
  }

  #takeContent(chunk: Chunk): void {
    // A stream of deltas may close with the whole message once more.
    if (chunk.whole && this.#streamed) return
    if (!chunk.whole) this.#streamed = true
    this.contents++
    if (chunk.reasoning !== '') this.#append('reasoning', chunk.reasoning)
    if (chunk.text !== '') this.#think.split(chunk.text, this.#append)
    for (const name of chunk.tools) {
      if (this.tools.length < mostTools && !this.tools.includes(name)) this.tools.push(name)
    }
  }

  readonly #append = (kind: TextKind, piece: string): void => {
    if (kind !== this.#kind) {
      this.flush()
      this.#kind = kind
    }
    this.#joined += piece
  }

  #send(last: boolean): void {
    const kind = this.#kind
    let words = this.#held[kind] + this.#joined
    this.#joined = ''
    this.#held[kind] = ''
    if (!last && endsInHalf(words)) {
      this.#held[kind] = words.slice(-1)
      words = words.slice(0, -1)
    }
    if (words === '') return
    words = withoutBrokenCharacters(words)
    this.#bytes += Buffer.byteLength(words)
    if (this.#bytes > answerLimit) {
      this.fail(answerTooLong)
      return
    }
    if (kind === 'reasoning') this.#sink.reasoning(words)
    else {
      this.hasText = true
      this.#sink.text(words)
    }
  }
}

/** Whether the text ends in the first half of a surrogate pair, whose second half may come with the next delta. */
function endsInHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

/** Half characters and U+0000 become U+FFFD: Postgres text takes neither, and an answer must not be lost for one. */
function withoutBrokenCharacters(text: string): string {
  const whole = text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole
}
