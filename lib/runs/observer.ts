import 'server-only'
import { log } from '@/lib/log'
import { countEnd, metrics } from '@/lib/metrics'
import { tokensPerSecond } from '@/lib/protocol/billing/speed'
import type { EndStatus, Problem, RetryData, StartData } from '@/lib/protocol/events'
import { type Folded, hasReasoning } from '@/lib/protocol/messages'
import type { GenerationTrace } from '@/lib/tracing/generation'
import { tracing } from '@/lib/tracing/tracing'
import type { CompletionEnd, CompletionRequest, Connection } from '@/lib/upstream/connection'

/** A generation that has ended. Times in epoch milliseconds. */
interface Ended {
  status: EndStatus
  problem: Problem | null
  folded: Folded
  events: number
  startedAt: number
  firstTokenAt: number | null
  endedAt: number
}

/** Logs, counts and traces one generation. A failure to do so is logged, and doesn't affect the generation. */
export class Observer {
  readonly #start: StartData
  readonly #connection: Connection
  readonly #trace: GenerationTrace | undefined

  constructor(start: StartData, connection: Connection, request: CompletionRequest) {
    this.#start = start
    this.#connection = connection
    this.#trace = this.#safely('tracing', () => tracing()?.generation(start, connection, request))
  }

  /** An attempt begins. Returns the function to call with its end. */
  attempt(attempt: number): (end: CompletionEnd) => void {
    const ended = this.#safely('tracing', () => this.#trace?.attempt(attempt))
    return (end) => this.#safely('tracing', () => ended?.(end))
  }

  /** A wait before the next attempt begins. */
  waits(retry: RetryData): void {
    this.#safely('counting', () => metrics().retries.inc({ kind: retry.kind }))
    this.#safely('tracing', () => this.#trace?.wait(retry))
  }

  end({ status, problem, folded, events, startedAt, firstTokenAt, endedAt }: Ended): void {
    const { generationId, model } = this.#start
    const kind = problem?.kind
    const { upstreamStatus, requestId } = problem ?? {}
    const provider = this.#connection.providerId
    log().info({ generationId, provider, model, status, kind, upstreamStatus, requestId, events })
    const { parts, usage } = folded
    // In tokens per second; null when it can't be measured.
    const speed =
      usage && firstTokenAt !== null ? tokensPerSecond(usage, endedAt - firstTokenAt, hasReasoning(parts)) : null
    const ended = { status, kind, startedAt, firstTokenAt, speed }
    this.#safely('counting', () => countEnd(ended))
    this.#safely('tracing', () => this.#trace?.end(ended, usage))
  }

  #safely<T>(what: string, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      log().error({ generationId: this.#start.generationId, error }, `${what} failed for a generation`)
    }
  }
}
