import 'server-only'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import type { Tracing } from './opentelemetry'

const holder = () => processSingleton<{ tracing: Tracing | null }>('tracing', () => ({ tracing: null }))

/** The process's tracing; null when none is configured. */
export function tracing(): Tracing | null {
  return holder().tracing
}

/** Starts tracing if the environment names a collector. Otherwise OpenTelemetry isn't even loaded. */
export async function openTracing(): Promise<void> {
  if (!config().tracing) return
  const { createTracing } = await import('./opentelemetry')
  holder().tracing ??= createTracing()
}
