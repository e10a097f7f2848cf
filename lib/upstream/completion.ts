import 'server-only'
import { APIError } from 'openai'
import type { Problem } from '@/lib/protocol/events'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import { askAdapting } from './adaptation'
import { Answer } from './answer'
import { clientOf } from './client'
import { Waits } from './clock'
import type { CompletionEnd, CompletionRequest, CompletionSink, Connection, UpstreamProblem } from './connection'
import { createDecoder } from './decoding/decode'
import * as words from './errors/messages'
import { problemFromError, readableId, retryAdvice } from './errors/problems'
import { withoutSecrets } from './errors/redact'
import { type Body, webBody } from './network/body'
import { rawBody } from './network/fetch'
import type { Clocks } from './time-limits'

/** Node's timers hold no more milliseconds. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Asks an upstream for one answer and gives it to the sink as it arrives.
 * Never rejects for what the upstream does: every ending is a CompletionEnd. When `signal` aborts, the upstream's socket
 * is destroyed at once and the end carries no problem. It rejects only when the sink throws.
 */
export async function complete(
  connection: Connection,
  request: CompletionRequest,
  sink: CompletionSink,
  signal: AbortSignal,
  clocks: Clocks,
): Promise<CompletionEnd> {
  const waits = new Waits(clocks)
  // Not AbortSignal.any: Node 20 keeps what it gives for good once somebody listens to it (nodejs/node#54614).
  const ending = new AbortController()
  const end = () => ending.abort(signal.reason)
  if (signal.aborted) end()
  for (const each of [signal, waits.late]) each.addEventListener('abort', end, { once: true })
  try {
    return await answered(connection, request, sink, { signal, waits, ending: ending.signal })
  } finally {
    waits.stop()
    signal.removeEventListener('abort', end)
  }
}

/** What one attempt is ended by. */
interface Limits {
  signal: AbortSignal
  waits: Waits
  /** Aborts with either of them. */
  ending: AbortSignal
}

async function answered(
  connection: Connection,
  request: CompletionRequest,
  sink: CompletionSink,
  { signal, waits, ending }: Limits,
): Promise<CompletionEnd> {
  let asked: Awaited<ReturnType<typeof ask>>
  try {
    asked = await ask(connection, request, { sink, ending, waits })
  } catch (error) {
    if (error instanceof SinkFailure) throw error.cause
    if (signal.aborted) return { finishReason: null, problem: null }
    if (waits.late.aborted) return { finishReason: null, problem: words.firstTokenTimedOut }
    const problem = problemFromError(error)
    const headers = error instanceof APIError ? error.headers : undefined
    return { finishReason: null, problem: withoutSecrets(problem, connection), again: retryAdvice(problem, headers) }
  }
  const { differences } = asked
  const { response, answer, cut } = asked.response
  if (signal.aborted) return { finishReason: answer.finishReason, problem: null }
  const problem = problemAtEnd(answer, { late: waits.late.aborted, cut })
  const requestId = readableId(response.headers.get('x-request-id') ?? response.headers.get('request-id'))
  const told = (each: UpstreamProblem) => withoutSecrets({ ...each, requestId }, connection)
  return {
    finishReason: answer.finishReason,
    ...(differences.length > 0 ? { differences } : {}),
    problem: problem && told(problem),
    ...(answer.errorAfterEnd ? { errorAfterEnd: told(answer.errorAfterEnd) } : {}),
    again: problem && answer.contents === 0 ? retryAdvice(problem, response.headers) : undefined,
  }
}

/** Sends the request as its model takes it, and reads the answer. */
function ask(
  connection: Connection,
  request: CompletionRequest,
  { sink, ending, waits }: { sink: CompletionSink; ending: AbortSignal; waits: Waits },
) {
  return askAdapting(connection, request, async (parameters) => {
    const response = await clientOf(connection)
      // The waits are ours: the SDK must not end one sooner.
      .chat.completions.create(parameters, { signal: ending, timeout: longestTimerMs })
      .asResponse()
    const body = rawBody(response) ?? webBody(response.body)
    const answer = new Answer(sink)
    const cut = await readAnswer(body, { answer, sink }, ending, waits).catch((error: unknown) => {
      throw new SinkFailure('The sink threw', { cause: error })
    })
    return { response, answer, cut, refused: ending.aborted ? undefined : answer.refused }
  })
}

/** What a sink threw is nothing that an upstream did. */
class SinkFailure extends Error {
  override name = 'SinkFailure'
}

/** Reads a body into the answer until no more is wanted; gives whether it was cut. */
function readAnswer(
  body: Body,
  { answer, sink }: { answer: Answer; sink: CompletionSink },
  ending: AbortSignal,
  waits: Waits,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const decoder = createDecoder(answer)
    let open = true

    function close(letGo: () => void, cut: boolean): void {
      if (!open) return
      open = false
      ending.removeEventListener('abort', stop)
      letGo()
      try {
        decoder.end(cut)
        resolve(cut)
      } catch (error) {
        reject(error)
      }
    }
    const stop = () => close(() => body.destroy(), true)
    const resume = () => body.resume()

    function take(bytes: Uint8Array): void {
      if (!open) return
      try {
        decoder.feed(bytes)
      } catch (error) {
        reject(error)
        stop()
        return
      }
      if (answer.closed) close(() => (answer.problem ? body.destroy() : body.release()), false)
      else {
        waits.heard(answer)
        // What follows the finish has little time to come.
        if (answer.finish !== 'alone' && sink.hold?.(resume)) body.pause()
      }
    }

    if (ending.aborted) stop()
    else {
      ending.addEventListener('abort', stop, { once: true })
      body.read(take, (cut) => close(() => undefined, cut))
    }
  })
}

/** Whether the answer ended as it should, from all that is known once its body is closed. */
function problemAtEnd(answer: Answer, { late, cut }: { late: boolean; cut: boolean }): UpstreamProblem | null {
  if (answer.problem !== null) return answer.problem
  if (!answer.ended) {
    // Of a server that writes a finish on every chunk, silence and the end of the body are the end.
    const over = answer.finishReason !== null && (late || !cut)
    if (late && !over) return answer.contents === 0 ? words.firstTokenTimedOut : words.idleTimedOut
    if (!over) return cut || answer.isCompletion ? words.connectionLost : words.emptyReply
  }
  if (!answer.isCompletion) return words.emptyReply
  if (answer.tools.length > 0) return words.unexpectedToolCalls(answer.tools)
  return problemOfFinish(answer)
}

function problemOfFinish({ finishReason, hasText }: Answer): Problem | null {
  switch (finishKindOf(finishReason)) {
    case 'cut':
      return finishReason === 'insufficient_system_resource' ? words.outOfResources : words.endedInError
    case 'filter':
      return hasText ? null : words.filtered
    default:
      return null
  }
}
