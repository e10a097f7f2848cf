import 'server-only'
import type { Problem, RetryData } from '@/lib/protocol/events'
import { complete } from './completion'
import type { CompletionEnd, CompletionRequest, CompletionSink, Connection } from './connection'
import { problemAfterWait, reasonToWait, stillLoading } from './errors/messages'
import type { Clocks } from './time-limits'

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
  const schedule = createSchedule(limits, clocks.firstTokenMs)
  for (let attempt = 1; ; attempt++) {
    const onEnd = onAttempt?.(attempt)
    const end = await complete(connection, request, sink, signal, clocks)
    onEnd?.(end)
    const { problem, again } = end
    if (!problem || !again) return end
    const next = schedule(problem, again)
    if ('problem' in next) return { ...end, problem: next.problem }
    const { delayMs, of } = next
    await pause(delayMs, signal, (endNow) => {
      const message = reasonToWait(problem, again.loading)
      onWait({ attempt: attempt + 1, of, delayMs, at: Date.now() + delayMs, kind: problem.kind, message }, endNow)
    })
    if (signal.aborted) return { finishReason: null, problem: null }
  }
}

/** The wait before the next attempt and how many there may be in all, or what is told because there is none. */
type Next = { delayMs: number; of: number } | { problem: Problem }

/**
 * Decides after each attempt about the next. Attempts that found the model loading do not count: it is asked for as long
 * as may be waited for its first word.
 */
function createSchedule(limits: RetryLimits, longestLoadingMs: number) {
  let failures = 0
  let loadings = 0
  let loadingUntil: number | null = null
  return (problem: Problem, { afterMs, loading }: NonNullable<CompletionEnd['again']>): Next => {
    const now = Date.now()
    if (loading) {
      loadings++
      loadingUntil ??= now + longestLoadingMs
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
