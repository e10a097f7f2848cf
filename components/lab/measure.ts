import { v7 as uuidv7 } from 'uuid'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { client } from '@/lib/client/transport/page-client'
import { conversationSummary } from '@/lib/protocol/api'
import { type LogEvent, startData, type Usage } from '@/lib/protocol/events'
import { type Folded, foldEvent, hasReasoning, nothingYet, textOf } from '@/lib/protocol/messages'
import type { NewConversation } from '@/lib/protocol/requests/conversations'
import type { ChatRequest } from '@/lib/protocol/requests/turns'
import { createNamedEventDecoder } from '@/lib/protocol/sse'

/** One answer as this page saw it come. Times are milliseconds since it was asked for. */
export interface Measurement {
  state: 'running' | 'completed' | 'stopped' | 'interrupted' | 'failed'
  firstTextMs: number | null
  totalMs: number | null
  text: string
  /** What came of the model's thoughts counts for its speed. */
  thoughtsCame: boolean
  firstTokenMs: number | null
  usage: Usage | null
  problem: string | null
}

export const justBegun: Measurement = {
  state: 'running',
  firstTextMs: null,
  totalMs: null,
  text: '',
  thoughtsCame: false,
  firstTokenMs: null,
  usage: null,
  problem: null,
}

export interface Question {
  conversationId: string
  model: string
  text: string
  /** Whether the upstream is asked to stream. */
  stream: boolean
}

/** A run of the Lab: it is counted, kept and deleted like a conversation, and not listed among them. */
export async function openRun(title: string): Promise<string> {
  const run: NewConversation = { title, kind: 'lab' }
  const { id } = await client().post(conversationSummary, '/api/conversations', run)
  return id
}

/**
 * Asks and times the answer, telling each time that something is new. Never throws: what goes wrong is in the
 * measurement. `signal` stops the answer, wherever it is.
 */
export async function measure(
  { stream, ...question }: Question,
  signal: AbortSignal,
  onChange: (measurement: Measurement) => void,
): Promise<Measurement> {
  const askedAt = performance.now()
  let seen = justBegun
  const tell = (change: Partial<Measurement>) => {
    seen = { ...seen, ...change }
    onChange(seen)
  }
  tell({})
  try {
    signal.throwIfAborted()
    // At once, so that there is something to stop: an answer that is not streamed says nothing before its end.
    const turn = { ...question, parentId: null, turnId: uuidv7(), stream } satisfies ChatRequest
    const { generationId } = await client().post(startData, '/api/chat', turn, { Prefer: 'respond-async' })
    const stop = () =>
      void client()
        .stop(generationId)
        .catch(() => undefined)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    let folded: Folded = nothingYet
    for await (const event of eventsOf(generationId)) {
      folded = foldEvent(folded, event)
      const ms = performance.now() - askedAt
      tell({
        text: textOf(folded.parts),
        thoughtsCame: hasReasoning(folded.parts),
        firstTokenMs: seen.firstTokenMs ?? (isToken(event) ? ms : null),
        usage: folded.usage,
        firstTextMs: seen.firstTextMs ?? (event.type === 'delta' ? ms : null),
        problem: event.type === 'error' ? event.data.message : seen.problem,
        ...(event.type === 'status' ? { state: event.data.status, totalMs: ms } : {}),
      })
    }
    signal.removeEventListener('abort', stop)
    if (seen.state === 'running')
      tell({ state: 'failed', problem: 'The connection was cut. The reply is saved with this run below.' })
  } catch (error) {
    tell(signal.aborted ? { state: 'stopped' } : { state: 'failed', problem: problemFrom(error).message })
  }
  return seen
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
