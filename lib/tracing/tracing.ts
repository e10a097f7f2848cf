import 'server-only'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import type { Tracing } from './opentelemetry'

const held = () => processSingleton<{ tracing: Tracing | null }>('tracing', () => ({ tracing: null }))

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
