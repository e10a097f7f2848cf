import 'server-only'
import { config } from '@/lib/config'
import type { EndedRun } from '@/lib/metrics'
import { oncePerProcess } from '@/lib/process'
import type { RetryData, StartData, Usage } from '@/lib/protocol/events'
import type { CompletionEnd, CompletionRequest, Connection } from '@/lib/upstream/connection'

/** Tells the traces of one generation, from its start to its end. */
export interface GenerationTrace {
  /** An attempt at the upstream begins; gives what to call with its end. */
  attempt(attempt: number): (end: CompletionEnd) => void
  /** A wait before the next attempt begins. */
  waits(retry: RetryData): void
  end(ended: EndedRun, usage: Usage | null): void
}

/** Where spans go. Never a key in them, never text that a person or a model wrote. */
export interface Tracing {
  /** Begins the span of a generation, as a child of the request that this is called in. */
  generation(start: StartData, connection: Connection, request: CompletionRequest): GenerationTrace
  /** Sends what has not been sent, for as long as a process that ends can wait. */
  close(): Promise<void>
}

const held = () => oncePerProcess<{ tracing: Tracing | null }>('tracing', () => ({ tracing: null }))

/** The process's tracing; null when none is configured. */
export function tracing(): Tracing | null {
  return held().tracing
}

/** Starts to trace if the environment says where to. If it does not, nothing of OpenTelemetry's is even loaded. */
export async function openTracing(): Promise<void> {
  if (!config().tracing) return
  const { createTracing } = await import('./opentelemetry')
  held().tracing ??= createTracing()
}
