import 'server-only'
import type { RetryData } from '@/lib/protocol/events'
import { type Clocks, complete } from './completion'
import type { CompletionEnd, CompletionRequest, CompletionSink, Connection } from './connection'
import { problemAfterWait, reasonToWait } from './words'

/** How often one answer is asked for, and how long the waits in between may be. */
export interface RetryLimits {
  /** In all, the first included. */
  attempts: number
  baseMs: number
  /** A longer wait is not waited but reported. */
  maxWaitMs: number
}

/** Told of each wait before it begins; `endNow` ends it. */
export type OnWait = (retry: RetryData, endNow: () => void) => void

/** Told of each attempt before it begins; what it gives is called with its end. */
export type OnAttempt = (attempt: number) => ((end: CompletionEnd) => void) | undefined

/**
 * Asks for one answer as `complete` does, and again as long as nothing of it has come and the cause may pass.
 * Waits as long as the server asks, else with exponential backoff. An abort of `signal` ends a wait at once.
 */
export async function completeWithRetries(
  connection: Connection,
  request: CompletionRequest,
  sink: CompletionSink,
  signal: AbortSignal,
  { clocks, limits, onAttempt, onWait }: { clocks: Clocks; limits: RetryLimits; onAttempt?: OnAttempt; onWait: OnWait },
): Promise<CompletionEnd> {
  for (let attempt = 1; ; attempt++) {
    const onEnd = onAttempt?.(attempt)
    const end = await complete(connection, request, sink, signal, clocks)
    onEnd?.(end)
    const { problem, again } = end
    if (!problem || !again) return end
    const delayMs = Math.round(again.afterMs || backoff(attempt, limits))
    if (delayMs > limits.maxWaitMs) return { ...end, problem: problemAfterWait(problem, delayMs, Date.now()) }
    if (attempt >= limits.attempts) return end
    await pause(delayMs, signal, (endNow) => {
      const next = { attempt: attempt + 1, of: limits.attempts, delayMs, at: Date.now() + delayMs }
      onWait({ ...next, kind: problem.kind, message: reasonToWait(problem) }, endNow)
    })
    if (signal.aborted) return { finishReason: null, problem: null }
  }
}

/**
 * Full jitter: anywhere from nothing to a cap that doubles with each attempt, so that those who were refused together
 * do not come back together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, { baseMs, maxWaitMs }: RetryLimits, random = Math.random): number {
  return random() * Math.min(maxWaitMs, baseMs * 2 ** (attempt - 1))
}

/** Settles after a time, or sooner: when the signal aborts, or at `endNow`, which `begun` is given. */
function pause(ms: number, signal: AbortSignal, begun: (endNow: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    begun(end)
    if (signal.aborted) end()
  })
}
