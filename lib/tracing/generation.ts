import 'server-only'
import { type Attributes, context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { EndedRun } from '@/lib/metrics'
import type { RetryData, StartData, Usage } from '@/lib/protocol/events'
import type { CompletionEnd, CompletionRequest, Connection } from '@/lib/upstream/connection'

/** Records the spans of one generation. */
export interface GenerationTrace {
  /** Starts the span of an attempt; call the returned function at its end. */
  attempt(attempt: number): (end: CompletionEnd) => void
  /** Records a wait before the next attempt. */
  wait(retry: RetryData): void
  end(ended: EndedRun, usage: Usage | null): void
}

/** One span for the generation with one for each attempt in it. Uses OpenTelemetry's names for generative models. */
export function traceGeneration(
  tracer: Tracer,
  { generationId }: StartData,
  connection: Connection,
  request: CompletionRequest,
): GenerationTrace {
  const attributes: Attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': request.model,
    'rill.provider.kind': kindOf(connection),
  }
  const span = tracer.startSpan(`chat ${request.model}`, {
    attributes: { ...attributes, 'rill.generation.id': generationId },
  })
  const parent = trace.setSpan(context.active(), span)
  let current: Span | null = null
  return {
    attempt(attempt) {
      const attemptSpan = tracer.startSpan(
        `attempt ${attempt}`,
        { kind: SpanKind.CLIENT, attributes: { ...attributes, 'rill.attempt': attempt } },
        parent,
      )
      current = attemptSpan
      return ({ problem }) => {
        if (problem) fail(attemptSpan, problem.kind)
        if (problem?.upstreamStatus) attemptSpan.setAttribute('http.response.status_code', problem.upstreamStatus)
        attemptSpan.end()
      }
    },
    wait({ attempt, of, delayMs, kind }) {
      span.addEvent('retry', {
        'rill.attempt': attempt,
        'rill.attempts': of,
        'rill.delay_ms': delayMs,
        'error.type': kind,
      })
    },
    end({ status, kind, startedAt, firstTokenAt }, usage) {
      // An attempt that threw is still recording.
      if (current?.isRecording()) current.end()
      span.setAttributes({ 'rill.status': status })
      if (firstTokenAt !== null) span.setAttribute('rill.time_to_first_token_ms', firstTokenAt - startedAt)
      if (usage) {
        span.setAttributes({
          'gen_ai.usage.input_tokens': usage.promptTokens,
          'gen_ai.usage.output_tokens': usage.completionTokens,
          'rill.usage.source': usage.source,
        })
      }
      if (kind) fail(span, kind)
      span.end()
    },
  }
}

function kindOf({ providerId, guarded }: Connection): 'demo' | 'server' | 'local' | 'own' {
  if (guarded) return 'own'
  if (providerId === 'demo') return 'demo'
  return providerId.startsWith('environment-') ? 'server' : 'local'
}

function fail(span: Span, kind: string): void {
  span.setAttribute('error.type', kind)
  span.setStatus({ code: SpanStatusCode.ERROR })
}
