import 'server-only'
import { type Attributes, context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import type { EndedRun } from '@/lib/metrics'
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

/** One span for the generation, and in it one for each attempt. Names are OpenTelemetry's for generative models, where it has them. */
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
  let attempting: Span | null = null
  return {
    attempt(attempt) {
      const each = tracer.startSpan(
        `attempt ${attempt}`,
        { kind: SpanKind.CLIENT, attributes: { ...attributes, 'rill.attempt': attempt } },
        parent,
      )
      attempting = each
      return ({ problem }) => {
        if (problem) fail(each, problem.kind)
        if (problem?.upstreamStatus) each.setAttribute('http.response.status_code', problem.upstreamStatus)
        each.end()
      }
    },
    waits({ attempt, of, delayMs, kind }) {
      span.addEvent('retry', {
        'rill.attempt': attempt,
        'rill.attempts': of,
        'rill.delay_ms': delayMs,
        'error.type': kind,
      })
    },
    end({ status, kind, startedAt, firstTokenAt }, usage) {
      // One that threw has not been ended.
      if (attempting?.isRecording()) attempting.end()
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
