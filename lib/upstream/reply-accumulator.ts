import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import type { Rejection } from './adaptation'
import type { CompletionSink, UpstreamProblem } from './connection'
import type { Chunk } from './decoding/chunk'
import type { ThinkSink } from './decoding/harmony'
import { ThinkSplitter } from './decoding/think'
import { replyTooLong } from './errors/messages'
import { problemFromPayload } from './errors/problems'

/** In bytes of UTF-8. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024
const MAX_TOOL_NAMES = 8

type TextKind = 'text' | 'reasoning'

/**
 * One reply as it grows: joins the chunks of a network read, flushes them to the sink at its end, and keeps the state
 * that decides how the reply ended.
 */
export class ReplyAccumulator {
  /** The reply is complete or has failed; the rest of the body is ignored. */
  closed = false
  /** `[DONE]` arrived, or a whole completion. */
  done = false
  isCompletion = false
  hasText = false
  /** The last meaningful one. */
  finishReason: string | null = null
  /** How the finish reason came; `premature` once content has followed one: some servers write it on every chunk. */
  finish: 'none' | 'alone' | 'with content' | 'premature' = 'none'
  problem: UpstreamProblem | null = null
  /** An error that followed a complete reply, of which nothing is missing. */
  errorAfterEnd: UpstreamProblem | null = null
  /** The error that came in place of a reply. */
  rejection: Rejection | undefined
  readonly tools: string[] = []
  /** Counts chunks with content, which tells timeouts progress from heartbeats. */
  contentCount = 0
  /** The index of the choice that is read: the first to arrive. */
  choice: number | null = null

  readonly #sink: CompletionSink
  readonly #think: ThinkSplitter
  readonly #held: Record<TextKind, string> = { text: '', reasoning: '' }
  #kind: TextKind = 'text'
  #joined = ''
  #bytes = 0
  #streamed = false
  #contentCountAtFinish = 0

  constructor(sink: CompletionSink) {
    this.#sink = sink
    this.#think = new ThinkSplitter(this.#splitSink)
  }

  get ended(): boolean {
    return this.done || (this.finishReason !== null && this.finish !== 'premature')
  }

  /** A finish reason, and no error, came last. */
  get isComplete(): boolean {
    return this.finish !== 'premature' && this.finishReason !== null && finishKindOf(this.finishReason) !== 'cut'
  }

  /** Text has arrived, or a tool call in its place. */
  get hasStarted(): boolean {
    return this.hasText || this.tools.length > 0
  }

  add(chunk: Chunk): void {
    const { contentCount, isComplete } = this
    if (chunk.isCompletion) this.isCompletion = true
    if (chunk.reasoning !== '' || chunk.text !== '' || chunk.callsTool) this.#addContent(chunk)
    if (chunk.usage !== null) this.#report(chunk.usage)
    if (chunk.finishReason !== null) this.#addFinish(chunk.finishReason, this.contentCount > contentCount)
    if (chunk.error !== undefined) this.failWith(chunk.error, isComplete)
  }

  /** Ends the reply; what arrived before stays. */
  fail(problem: UpstreamProblem): void {
    this.closed = true
    this.problem ??= problem
  }

  /** Ends the reply with an error that the server sent. `isComplete`: the reply was complete before it. */
  failWith(payload: unknown, isComplete = this.isComplete): void {
    const problem = problemFromPayload(payload)
    if (this.contentCount === 0) this.rejection ??= { payload, problem }
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

  /** Sends the sink the text of one read. */
  flush(): void {
    if (this.#joined !== '') this.#send(false)
    if (this.finish === 'alone') this.#sink.finished?.()
  }

  /** Sends the sink everything that was held back. Call once, at the end of the body. */
  end(): void {
    this.#send(true)
    for (const kind of ['text', 'reasoning'] as const) {
      this.#kind = kind
      this.#send(true)
    }
    this.#think.end()
  }

  /** Reports usage after the text that it counts. */
  #report(usage: Usage): void {
    this.flush()
    this.#sink.usage(usage)
  }

  #addContent(chunk: Chunk): void {
    // Some streams repeat the whole message after its deltas.
    if (chunk.whole && this.#streamed) return
    if (!chunk.whole) this.#streamed = true
    this.choice ??= chunk.choice
    this.contentCount++
    if (this.finish !== 'none') this.finish = 'premature'
    if (chunk.reasoning !== '') this.#append('reasoning', chunk.reasoning)
    if (chunk.text !== '') this.#append('text', chunk.text)
    for (const name of chunk.tools) {
      if (this.tools.length < MAX_TOOL_NAMES && !this.tools.includes(name)) this.tools.push(name)
    }
  }

  #addFinish(reason: string, withContent: boolean): void {
    const hasContinued = this.contentCount > this.#contentCountAtFinish
    this.#contentCountAtFinish = this.contentCount
    // A `stop` right after another reason only marks the end.
    if (this.finishReason === null || hasContinued || reason.toLowerCase() !== 'stop') this.finishReason = reason
    if (this.finish !== 'premature') this.finish = withContent ? 'with content' : 'alone'
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
    let text = this.#held[kind] + this.#joined
    this.#joined = ''
    this.#held[kind] = ''
    if (!last && endsInHighSurrogate(text)) {
      this.#held[kind] = text.slice(-1)
      text = text.slice(0, -1)
    }
    if (text === '') return
    text = wellFormed(text)
    this.#bytes += Buffer.byteLength(text)
    if (this.#bytes > MAX_REPLY_BYTES) {
      this.fail(replyTooLong)
      return
    }
    if (kind === 'text') this.#think.split(text)
    else {
      this.#think.onSeparateReasoning()
      this.#sink.reasoning(text)
    }
  }

  readonly #splitSink: ThinkSink = {
    text: (text) => {
      this.hasText = true
      this.#sink.text(text)
    },
    reasoning: (text) => this.#sink.reasoning(text),
    reclassify: () => {
      this.hasText = false
      this.#sink.reclassify?.()
    },
  }
}

/** Whether a text ends in the first half of a surrogate pair, whose second half may follow. */
function endsInHighSurrogate(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

/** Replaces lone surrogates and U+0000, which Postgres rejects in text, by U+FFFD. */
function wellFormed(text: string): string {
  const whole = text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole
}
