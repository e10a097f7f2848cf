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

/** Where spans go. Never a key in them, never text that a person or a model wrote. */
export interface Tracing {
  /** Begins the span of a generation, as a child of the request that this is called in. */
  generation(start: StartData, connection: Connection, request: CompletionRequest): GenerationTrace
  /** Sends what has not been sent, for as long as a process that ends can wait. */
  close(): Promise<void>
}

/** How long a process that ends waits for a collector. */
const CLOSE_MS = 2_000

/** The SDK reads the rest of its standard environment variables by itself: endpoint, headers, sampler, batches. */
export function createTracing(): Tracing {
  const complain = (words: string) => log().warn({ words: words.slice(0, 500) }, 'couldn’t send traces')
  const silent = () => undefined
  diag.setLogger(
    { error: complain, warn: complain, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN },
  )
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'rill' }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [withoutQueries, new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  // For Next too, which makes the spans of requests.
  provider.register()
  const tracer = provider.getTracer('rill')
  return {
    generation: (start, connection, request) => traceGeneration(tracer, start, connection, request),
    close: () => Promise.race([provider.shutdown().catch(silent), wait(CLOSE_MS, undefined, { ref: false })]),
  }
}

/** Next tells the whole target of a request, and what somebody searches for is their text. */
const withoutQueries: SpanProcessor = {
  onStart(span) {
    for (const [name, value] of Object.entries(span.attributes))
      if (typeof value === 'string' && value.includes('?')) span.setAttribute(name, value.split('?', 1)[0] ?? '')
  },
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
}
