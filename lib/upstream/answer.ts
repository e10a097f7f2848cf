import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import type { Refused } from './adaptation'
import type { CompletionSink, UpstreamProblem } from './connection'
import type { Chunk } from './decoding/chunk'
import type { ThinkSink } from './decoding/harmony'
import { ThinkSplitter } from './decoding/think'
import { replyTooLong } from './errors/messages'
import { problemFromPayload } from './errors/problems'

/** The longest answer that is kept, in bytes of UTF-8. */
const answerLimit = 16 * 1024 * 1024
const mostTools = 8

type TextKind = 'text' | 'reasoning'

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
  /** The last one that means something. */
  finishReason: string | null = null
  /** How the finish reason came; `not meant` once content has come after one, as from servers that write it on every chunk. */
  finish: 'none' | 'alone' | 'with content' | 'not meant' = 'none'
  problem: UpstreamProblem | null = null
  /** An error that came after the answer was complete: none of it is missing. */
  errorAfterEnd: UpstreamProblem | null = null
  /** The error that came in place of an answer. */
  refused: Refused | undefined
  readonly tools: string[] = []
  /** Grows with each piece of content, so that a clock can tell content from chatter. */
  contents = 0
  /** The number of the choice that is read: the first one that came. */
  choice: number | null = null

  readonly #sink: CompletionSink
  readonly #think: ThinkSplitter
  readonly #held: Record<TextKind, string> = { text: '', reasoning: '' }
  #kind: TextKind = 'text'
  #joined = ''
  #bytes = 0
  #streamed = false
  #contentsAtFinish = 0

  constructor(sink: CompletionSink) {
    this.#sink = sink
    this.#think = new ThinkSplitter(this.#words)
  }

  get ended(): boolean {
    return this.done || (this.finishReason !== null && this.finish !== 'not meant')
  }

  /** The last thing that came was a finish reason, and no error. */
  get isComplete(): boolean {
    return this.finish !== 'not meant' && this.finishReason !== null && finishKindOf(this.finishReason) !== 'cut'
  }

  /** What was waited for has begun to come: text, or a call to a tool in its place. */
  get hasAnswer(): boolean {
    return this.hasText || this.tools.length > 0
  }

  take(chunk: Chunk): void {
    const { contents, isComplete } = this
    if (chunk.isCompletion) this.isCompletion = true
    if (chunk.reasoning !== '' || chunk.text !== '' || chunk.callsTool) this.#takeContent(chunk)
    if (chunk.usage !== null) this.#report(chunk.usage)
    if (chunk.finishReason !== null) this.#takeFinish(chunk.finishReason, this.contents > contents)
    if (chunk.error !== undefined) this.refuse(chunk.error, isComplete)
  }

  /** Ends the answer; what came before stays. */
  fail(problem: UpstreamProblem): void {
    this.closed = true
    this.problem ??= problem
  }

  /** Ends the answer with an error from the server. `isComplete`: it was complete before. */
  refuse(payload: unknown, isComplete = this.isComplete): void {
    const problem = problemFromPayload(payload)
    if (this.contents === 0) this.refused ??= { payload, problem }
    this.flush()
    if (isComplete && this.hasText) {
      this.errorAfterEnd = problem
      this.complete()
    } else this.fail(problem)
  }

  complete(): void {
    this.closed = true
    this.done = true
  }

  /** Gives the sink what one read brought. */
  flush(): void {
    if (this.#joined !== '') this.#send(false)
    if (this.finish === 'alone') this.#sink.finished?.()
  }

  /** Gives the sink all that was held back. To be called once, when no more comes. */
  end(): void {
    this.#send(true)
    for (const kind of ['text', 'reasoning'] as const) {
      this.#kind = kind
      this.#send(true)
    }
    this.#think.end()
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
    this.choice ??= chunk.choice
    this.contents++
    if (this.finish !== 'none') this.finish = 'not meant'
    if (chunk.reasoning !== '') this.#append('reasoning', chunk.reasoning)
    if (chunk.text !== '') this.#append('text', chunk.text)
    for (const name of chunk.tools) {
      if (this.tools.length < mostTools && !this.tools.includes(name)) this.tools.push(name)
    }
  }

  #takeFinish(reason: string, withContent: boolean): void {
    const goneOn = this.contents > this.#contentsAtFinish
    this.#contentsAtFinish = this.contents
    // A stop that follows another reason, with nothing in between, says no more than that it is over.
    if (this.finishReason === null || goneOn || reason.toLowerCase() !== 'stop') this.finishReason = reason
    if (this.finish !== 'not meant') this.finish = withContent ? 'with content' : 'alone'
  }

  #append(kind: TextKind, piece: string): void {
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
      this.fail(replyTooLong)
      return
    }
    if (kind === 'text') this.#think.split(words)
    else {
      this.#think.reasoned()
      this.#sink.reasoning(words)
    }
  }

  readonly #words: ThinkSink = {
    text: (words) => {
      this.hasText = true
      this.#sink.text(words)
    },
    reasoning: (words) => this.#sink.reasoning(words),
    reclassify: () => {
      this.hasText = false
      this.#sink.reclassify?.()
    },
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
