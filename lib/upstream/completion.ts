import 'server-only'
import { APIError } from 'openai'
import type { Problem } from '@/lib/protocol/events'
import { askAdapting } from './adaptation'
import { Answer } from './answer'
import { type Body, webBody } from './body'
import { withoutSecrets } from './clean'
import { clientOf } from './client'
import { startClock } from './clock'
import type { CompletionEnd, CompletionRequest, CompletionSink, Connection } from './connection'
import { createDecoder } from './decode'
import { rawBody } from './fetch'
import { againAfter, problemFromError, readableId, type UpstreamProblem } from './problems'
import * as words from './words'

/** How long each wait may last, in milliseconds. */
export interface Clocks {
  /** To the response's headers, dialling included. */
  headersMs: number
  /** From the headers to the first content. */
  firstTokenMs: number
  /** From one content to the next. Comments and empty deltas do not count. */
  idleMs: number
}

/** After `finish_reason`, usage may still come; `[DONE]` ends the wait. */
const afterFinishMs = 1500

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
  let asked: Awaited<ReturnType<typeof ask>>
  try {
    asked = await ask(connection, request, signal, clocks)
  } catch (error) {
    if (signal.aborted) return { finishReason: null, problem: null }
    const problem = problemFromError(error)
    const headers = error instanceof APIError ? error.headers : undefined
    return { finishReason: null, problem: withoutSecrets(problem, connection), again: againAfter(problem, headers) }
  }
  const { response, differences } = asked
  const body = rawBody(response) ?? webBody(response.body)
  const answer = new Answer(sink)
  const closing = await readAnswer(body, { answer, sink }, signal, clocks)
  if (signal.aborted) return { finishReason: answer.finishReason, problem: null }
  const problem = problemAtEnd(answer, closing)
  const requestId = readableId(response.headers.get('x-request-id') ?? response.headers.get('request-id'))
  return {
    finishReason: answer.finishReason,
    ...(differences.length > 0 ? { differences } : {}),
    problem: problem && withoutSecrets({ ...problem, requestId }, connection),
    again: problem && answer.contents === 0 ? againAfter(problem, response.headers) : undefined,
  }
}

/** Sends the request as its model takes it. */
function ask(connection: Connection, request: CompletionRequest, signal: AbortSignal, clocks: Clocks) {
  return askAdapting(connection, request, (parameters) =>
    clientOf(connection)
      .chat.completions.create(parameters, {
        signal,
        // A whole answer has its headers only when all of it is written.
        timeout: parameters.stream ? clocks.headersMs : Math.max(clocks.headersMs, clocks.firstTokenMs),
      })
      .asResponse(),
  )
}

/** How a body was left: the wait that was too long, if one was, and whether the connection broke. */
interface Closing {
  lateness: Problem | null
  cut: boolean
}

/** Reads a body into the answer until no more is wanted. */
function readAnswer(
  body: Body,
  { answer, sink }: { answer: Answer; sink: CompletionSink },
  signal: AbortSignal,
  clocks: Clocks,
): Promise<Closing> {
  return new Promise((resolve, reject) => {
    const decoder = createDecoder(answer)
    let open = true
    let contents = 0
    let finished = false
    const clock = startClock(clocks.firstTokenMs, () => {
      const lateness = contents === 0 ? words.slowFirstContent : words.stalled
      close(() => body.destroy(), lateness, true)
    })

    function close(letGo: () => void, lateness: Problem | null, cut: boolean): void {
      if (!open) return
      open = false
      clock.stop()
      signal.removeEventListener('abort', stop)
      letGo()
      try {
        decoder.end(cut)
        resolve({ lateness, cut })
      } catch (error) {
        reject(error)
      }
    }
    const stop = () => close(() => body.destroy(), null, true)
    const resume = () => body.resume()

    function take(bytes: Uint8Array): void {
      if (!open) return
      try {
        decoder.feed(bytes)
      } catch (error) {
        reject(error)
        close(() => body.destroy(), null, true)
        return
      }
      if (answer.closed) close(() => (answer.problem ? body.destroy() : body.release()), null, false)
      else if (answer.finishReason !== null) {
        if (!finished) clock.setTo(afterFinishMs)
        finished = true
      } else if (answer.contents !== contents) {
        contents = answer.contents
        clock.setTo(clocks.idleMs)
      }
      // What follows the finish has little time to come.
      if (open && !finished && sink.hold?.(resume)) body.pause()
    }

    if (signal.aborted) stop()
    else {
      signal.addEventListener('abort', stop, { once: true })
      body.read(take, (cut) => close(() => undefined, null, cut))
    }
  })
}

/** Whether the answer ended as it should, from all that is known once its body is closed. */
function problemAtEnd(answer: Answer, { lateness, cut }: Closing): UpstreamProblem | null {
  if (answer.problem !== null) return answer.problem
  if (!answer.ended) {
    if (lateness !== null) return lateness
    return cut || answer.isCompletion ? words.cutConnection : words.emptyAnswer
  }
  if (!answer.isCompletion) return words.emptyAnswer
  if (answer.tools.length > 0) return words.unaskedTools(answer.tools)
  if (answer.finishReason === 'error') return words.endedInError
  if (answer.finishReason === 'insufficient_system_resource') return words.outOfResources
  if (answer.finishReason === 'content_filter' && !answer.hasText) return words.filtered
  return null
}
