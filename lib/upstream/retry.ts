import 'server-only'
import type { Problem, RetryData } from '@/lib/protocol/events'
import { complete } from './completion'
import type { CompletionEnd, CompletionRequest, CompletionSink, Connection } from './connection'
import { problemAfterWait, reasonToWait, stillLoading } from './errors/messages'
import type { Timeouts } from './timeouts'

/** How often to attempt one reply, and how long to wait in between. */
export interface RetryLimits {
  /** In total, including the first. */
  attempts: number
  baseMs: number
  /** A longer wait ends the attempts with a problem. */
  maxWaitMs: number
}

/** Called before each wait; `endNow` ends it. */
export type OnWait = (retry: RetryData, endNow: () => void) => void

/** Called before each attempt; returns a callback for its end. */
export type OnAttempt = (attempt: number) => ((end: CompletionEnd) => void) | undefined

/**
 * Requests one reply as `complete` does, and retries transient problems as long as nothing has arrived.
 * Waits as long as the server asks, or with exponential backoff. An abort of `signal` ends a wait at once.
 */
export async function completeWithRetries(
  connection: Connection,
  request: CompletionRequest,
  sink: CompletionSink,
  signal: AbortSignal,
  {
    timeouts,
    limits,
    onAttempt,
    onWait,
  }: { timeouts: Timeouts; limits: RetryLimits; onAttempt?: OnAttempt; onWait: OnWait },
): Promise<CompletionEnd> {
  const schedule = createSchedule(limits, timeouts.firstTokenMs)
  for (let attempt = 1; ; attempt++) {
    const onEnd = onAttempt?.(attempt)
    const end = await complete(connection, request, sink, signal, timeouts)
    onEnd?.(end)
    const { problem, retry } = end
    if (!problem || !retry) return end
    const next = schedule(problem, retry)
    if ('problem' in next) return { ...end, problem: next.problem }
    const { delayMs, of } = next
    await pause(delayMs, signal, (endNow) => {
      const message = reasonToWait(problem, retry.loading)
      onWait({ attempt: attempt + 1, of, delayMs, at: Date.now() + delayMs, kind: problem.kind, message }, endNow)
    })
    if (signal.aborted) return { finishReason: null, problem: null }
  }
}

/** The wait before the next attempt and the number of attempts in total, or the problem that ends them. */
type Next = { delayMs: number; of: number } | { problem: Problem }

/** Plans the next attempt. Attempts that find the model loading don't count: they go on until the first-token timeout. */
function createSchedule(limits: RetryLimits, maxLoadingMs: number) {
  let failures = 0
  let loadings = 0
  let loadingUntil: number | null = null
  return (problem: Problem, { afterMs, loading }: NonNullable<CompletionEnd['retry']>): Next => {
    const now = Date.now()
    if (loading) {
      loadings++
      loadingUntil ??= now + maxLoadingMs
      if (now >= loadingUntil) return { problem: stillLoading(problem) }
      const delayMs = Math.min(afterMs || limits.baseMs * Math.min(loadings, 5), loadingUntil - now)
      return { delayMs: Math.round(delayMs), of: limits.attempts + loadings }
    }
    failures++
    const delayMs = Math.round(afterMs || backoff(failures, limits))
    if (delayMs > limits.maxWaitMs) return { problem: problemAfterWait(problem, delayMs, now) }
    return failures >= limits.attempts ? { problem } : { delayMs, of: limits.attempts + loadings }
  }
}

/**
 * Full jitter: a random wait up to a cap that doubles with each attempt, so that clients rejected together don't retry
 * together. https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(attempt: number, { baseMs, maxWaitMs }: RetryLimits, random = Math.random): number {
  return random() * Math.min(maxWaitMs, baseMs * 2 ** (attempt - 1))
}

/** Resolves after a time, or sooner: when the signal aborts, or when `endNow`, which `onStart` receives, is called. */
function pause(ms: number, signal: AbortSignal, onStart: (endNow: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    onStart(end)
    if (signal.aborted) end()
  })
}
