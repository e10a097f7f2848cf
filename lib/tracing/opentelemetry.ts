import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { log } from '@/lib/log'
import type { StartData } from '@/lib/protocol/events'
import type { CompletionRequest, Connection } from '@/lib/upstream/connection'
import { type GenerationTrace, traceGeneration } from './generation'

/** Exports spans. They contain no keys and no text that a person or a model wrote. */
export interface Tracing {
  /** Starts the span of a generation, as a child of the current request. */
  generation(start: StartData, connection: Connection, request: CompletionRequest): GenerationTrace
  /** Flushes spans at shutdown, within a time limit. */
  close(): Promise<void>
}

/** How long shutdown waits for the collector. */
const CLOSE_TIMEOUT_MS = 2_000

/** The SDK reads its own environment variables: endpoint, headers, sampler, batches. */
export function createTracing(): Tracing {
  const warn = (message: string) => log().warn({ words: message.slice(0, 500) }, 'couldn’t send traces')
  const silent = () => undefined
  diag.setLogger({ error: warn, warn, info: silent, debug: silent, verbose: silent }, { logLevel: DiagLogLevel.WARN })
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'rill' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [withoutQueries, new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  // Registered globally for Next, which creates the spans of requests.
  provider.register()
  const tracer = provider.getTracer('rill')
  return {
    generation: (start, connection, request) => traceGeneration(tracer, start, connection, request),
    close: () => Promise.race([provider.shutdown().catch(silent), wait(CLOSE_TIMEOUT_MS, undefined, { ref: false })]),
  }
}

/** Removes queries from Next's attributes: search terms are a person's text. */
const withoutQueries: SpanProcessor = {
  onStart(span) {
    for (const [name, value] of Object.entries(span.attributes))
      if (typeof value === 'string' && value.includes('?')) span.setAttribute(name, value.split('?', 1)[0] ?? '')
  },
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
}
