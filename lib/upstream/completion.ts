import 'server-only'
import { APIError } from 'openai'
import type { Problem } from '@/lib/protocol/events'
import { finishKindOf } from '@/lib/protocol/finish-reasons'
import { sendAdapted } from './adaptation'
import { AttemptTimer } from './attempt-timer'
import { clientOf } from './client'
import type { CompletionEnd, CompletionRequest, CompletionSink, Connection, UpstreamProblem } from './connection'
import { createDecoder } from './decoding/decode'
import * as problems from './errors/messages'
import { problemFromError, readableId, retryAdvice } from './errors/problems'
import { withoutSecrets } from './errors/redact'
import { type Body, webBody } from './network/body'
import { rawBody } from './network/fetch'
import { ReplyAccumulator } from './reply-accumulator'
import type { Timeouts } from './timeouts'

/** The most that Node's timers hold. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Requests one reply from an upstream and passes it to the sink as it arrives.
 * Resolves to a CompletionEnd whatever the upstream does, and rejects only when the sink throws. When `signal` aborts, the
 * upstream's socket is destroyed at once and the end carries no problem.
 */
export async function complete(
  connection: Connection,
  request: CompletionRequest,
  sink: CompletionSink,
  signal: AbortSignal,
  timeouts: Timeouts,
): Promise<CompletionEnd> {
  const timer = new AttemptTimer(timeouts)
  // Not AbortSignal.any: Node 20 leaks its signals once they have a listener (nodejs/node#54614).
  const ending = new AbortController()
  const end = () => ending.abort(signal.reason)
  if (signal.aborted) end()
  for (const each of [signal, timer.timedOut]) each.addEventListener('abort', end, { once: true })
  try {
    return await attempt(connection, request, sink, { signal, timer, ending: ending.signal })
  } finally {
    timer.stop()
    signal.removeEventListener('abort', end)
  }
}

/** What ends an attempt. */
interface Ending {
  signal: AbortSignal
  timer: AttemptTimer
  /** Aborts with either. */
  ending: AbortSignal
}

async function attempt(
  connection: Connection,
  request: CompletionRequest,
  sink: CompletionSink,
  { signal, timer, ending }: Ending,
): Promise<CompletionEnd> {
  let sent: Awaited<ReturnType<typeof send>>
  try {
    sent = await send(connection, request, { sink, ending, timer })
  } catch (error) {
    if (error instanceof SinkFailure) throw error.cause
    if (signal.aborted) return { finishReason: null, problem: null }
    if (timer.timedOut.aborted) return { finishReason: null, problem: problems.firstTokenTimedOut }
    const problem = problemFromError(error)
    const headers = error instanceof APIError ? error.headers : undefined
    return { finishReason: null, problem: withoutSecrets(problem, connection), retry: retryAdvice(problem, headers) }
  }
  const { differences } = sent
  const { response, reply, cut } = sent.response
  if (signal.aborted) return { finishReason: reply.finishReason, problem: null }
  const problem = problemAtEnd(reply, { timedOut: timer.timedOut.aborted, cut })
  const requestId = readableId(response.headers.get('x-request-id') ?? response.headers.get('request-id'))
  const redacted = (each: UpstreamProblem) => withoutSecrets({ ...each, requestId }, connection)
  return {
    finishReason: reply.finishReason,
    ...(differences.length > 0 ? { differences } : {}),
    problem: problem && redacted(problem),
    ...(reply.errorAfterEnd ? { errorAfterEnd: redacted(reply.errorAfterEnd) } : {}),
    retry: problem && reply.contentCount === 0 ? retryAdvice(problem, response.headers) : undefined,
  }
}

/** Sends the request in the form that its model accepts, and reads the reply. */
function send(
  connection: Connection,
  request: CompletionRequest,
  { sink, ending, timer }: { sink: CompletionSink; ending: AbortSignal; timer: AttemptTimer },
) {
  return sendAdapted(connection, request, async (parameters) => {
    const response = await clientOf(connection)
      // The timeouts are ours: the SDK's must not fire first.
      .chat.completions.create(parameters, { signal: ending, timeout: MAX_TIMER_MS })
      .asResponse()
    const body = rawBody(response) ?? webBody(response.body)
    const reply = new ReplyAccumulator(sink)
    const cut = await readReply(body, { reply, sink }, ending, timer).catch((error: unknown) => {
      throw new SinkFailure('The sink threw', { cause: error })
    })
    return { response, reply, cut, rejection: ending.aborted ? undefined : reply.rejection }
  })
}

/** Wraps what a sink threw, to tell it from an upstream's errors. */
class SinkFailure extends Error {
  override name = 'SinkFailure'
}

/** Reads a body into the reply until the reply is closed. Resolves to whether the body was cut. */
function readReply(
  body: Body,
  { reply, sink }: { reply: ReplyAccumulator; sink: CompletionSink },
  ending: AbortSignal,
  timer: AttemptTimer,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const decoder = createDecoder(reply)
    let open = true

    function close(dispose: () => void, cut: boolean): void {
      if (!open) return
      open = false
      ending.removeEventListener('abort', stop)
      dispose()
      try {
        decoder.end(cut)
        resolve(cut)
      } catch (error) {
        reject(error)
      }
    }
    const stop = () => close(() => body.destroy(), true)
    const resume = () => body.resume()

    function onBytes(bytes: Uint8Array): void {
      if (!open) return
      try {
        decoder.feed(bytes)
      } catch (error) {
        reject(error)
        stop()
        return
      }
      if (reply.closed) close(() => (reply.problem ? body.destroy() : body.release()), false)
      else {
        timer.onRead(reply)
        // After a finish, reading goes on: usage has little time to arrive.
        if (reply.finish !== 'alone' && sink.hold?.(resume)) body.pause()
      }
    }

    if (ending.aborted) stop()
    else {
      ending.addEventListener('abort', stop, { once: true })
      body.read(onBytes, (cut) => close(() => undefined, cut))
    }
  })
}

/** The problem, if any, with how the reply ended, once its body is closed. */
function problemAtEnd(
  reply: ReplyAccumulator,
  { timedOut, cut }: { timedOut: boolean; cut: boolean },
): UpstreamProblem | null {
  if (reply.problem !== null) return reply.problem
  if (!reply.ended) {
    // From a server that writes a finish reason on every chunk, silence or the end of the body is the end.
    const isOver = reply.finishReason !== null && (timedOut || !cut)
    if (timedOut && !isOver) return reply.contentCount === 0 ? problems.firstTokenTimedOut : problems.idleTimedOut
    if (!isOver) return cut || reply.isCompletion ? problems.connectionLost : problems.emptyReply
  }
  if (!reply.isCompletion) return problems.emptyReply
  if (reply.tools.length > 0) return problems.unexpectedToolCalls(reply.tools)
  return problemOfFinish(reply)
}

function problemOfFinish({ finishReason, hasText }: ReplyAccumulator): Problem | null {
  switch (finishKindOf(finishReason)) {
    case 'cut':
      return finishReason === 'insufficient_system_resource' ? problems.outOfResources : problems.endedInError
    case 'filter':
      return hasText ? null : problems.filtered
    default:
      return null
  }
}
