import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import { newTurnId } from '@/lib/client/transport/turn-id'
import { conversationSummary } from '@/lib/protocol/api'
import { type LogEvent, startData, type Usage } from '@/lib/protocol/events'
import { type Folded, foldEvent, hasReasoning, nothingYet, textOf } from '@/lib/protocol/messages'
import type { NewConversation } from '@/lib/protocol/requests/conversations'
import type { ChatRequest } from '@/lib/protocol/requests/turns'
import { createNamedEventDecoder } from '@/lib/protocol/sse'

/** A reply as this page received it. Times are in milliseconds from the request. */
export interface Measurement {
  state: 'running' | 'completed' | 'stopped' | 'interrupted' | 'failed'
  firstTextMs: number | null
  totalMs: number | null
  text: string
  /** Streamed reasoning counts toward the speed. */
  reasoningStreamed: boolean
  firstTokenMs: number | null
  usage: Usage | null
  problem: string | null
}

export const initialMeasurement: Measurement = {
  state: 'running',
  firstTextMs: null,
  totalMs: null,
  text: '',
  reasoningStreamed: false,
  firstTokenMs: null,
  usage: null,
  problem: null,
}

export interface MeasuredPrompt {
  conversationId: string
  model: string
  text: string
  /** Whether the provider is asked to stream. */
  stream: boolean
}

/** Creates the conversation of a run. It is counted, kept, and deleted like any other, but not listed in the sidebar. */
export async function createRun(title: string): Promise<string> {
  const run: NewConversation = { title, kind: 'lab' }
  const { id } = await client().post(conversationSummary, '/api/conversations', run)
  return id
}

/**
 * Sends a prompt and times its reply; calls `onChange` after each event. `signal` stops the reply. Never rejects: a failure
 * is part of the measurement.
 */
export async function measure(
  { stream, ...prompt }: MeasuredPrompt,
  signal: AbortSignal,
  onChange: (measurement: Measurement) => void,
): Promise<Measurement> {
  const requestedAt = performance.now()
  let measurement = initialMeasurement
  const update = (change: Partial<Measurement>) => {
    measurement = { ...measurement, ...change }
    onChange(measurement)
  }
  update({})
  try {
    signal.throwIfAborted()
    // respond-async returns the id at once; otherwise a reply that isn't streamed could not be stopped before its end.
    const turn = { ...prompt, parentId: null, turnId: newTurnId(), stream } satisfies ChatRequest
    const { generationId } = await client().post(startData, '/api/chat', turn, { Prefer: 'respond-async' })
    const stop = () =>
      void client()
        .stop(generationId)
        .catch(() => undefined)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    let reply: Folded = nothingYet
    for await (const event of eventsOf(generationId)) {
      reply = foldEvent(reply, event)
      const ms = performance.now() - requestedAt
      update({
        text: textOf(reply.parts),
        reasoningStreamed: hasReasoning(reply.parts),
        firstTokenMs: measurement.firstTokenMs ?? (isToken(event) ? ms : null),
        usage: reply.usage,
        firstTextMs: measurement.firstTextMs ?? (event.type === 'delta' ? ms : null),
        problem: event.type === 'error' ? event.data.message : measurement.problem,
        ...(event.type === 'status' ? { state: event.data.status, totalMs: ms } : {}),
      })
    }
    signal.removeEventListener('abort', stop)
    if (measurement.state === 'running')
      update({ state: 'failed', problem: 'The connection was cut. The reply is saved with this run below.' })
  } catch (error) {
    update(signal.aborted ? { state: 'stopped' } : { state: 'failed', problem: problemFrom(error).message })
  }
  return measurement
}

function isToken({ type }: LogEvent): boolean {
  return type === 'delta' || type === 'reasoning'
}

async function* eventsOf(generationId: string): AsyncGenerator<LogEvent> {
  const response = await client().events(new Map([[generationId, 0]]), new AbortController().signal)
  const decoder = createNamedEventDecoder()
  const reader = response.body?.getReader()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
    for (const { event } of decoder.feed(read.value)) yield event
}
