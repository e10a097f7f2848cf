import 'server-only'
import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { processSingleton } from '@/lib/process'
import { completionOf, type Parameters, parameters, streamed, whole } from './completion'
import { replyTo } from './replies'
import { timedStream } from './timed-stream'

const reasoningModel = 'rill-demo-reasoning'
const models = ['rill-demo', reasoningModel]
/** Epoch seconds: the format requires a date for each model. */
const MODELS_CREATED = 1_790_000_000
/** The delay of a reply that doesn't stream, so that nobody waits for it to be typed out. */
const WHOLE_DELAY_MS = 300
/** Seconds to wait after each refused attempt; the attempt after these passes. */
const retryAfterSeconds = [2, 3]
const MAX_REMEMBERED_ATTEMPTS = 1000

/**
 * The demo model as an OpenAI-compatible server behind `fetch`: `POST …/chat/completions` and `GET …/models` on any host.
 * Streams 60 tokens a second after 20 ms; errors on request are real error responses.
 * @throws {unknown} the reason of `init.signal` when it is aborted, as `fetch` does.
 */
export const demoFetch: typeof globalThis.fetch = async (input, init = {}) => {
  const signal = init.signal ?? (input instanceof Request ? input.signal : null)
  signal?.throwIfAborted()
  const request = new Request(input, { ...init, signal: null })
  const call = `${request.method} ${new URL(request.url).pathname}`
  if (/^GET .*\/models$/.test(call)) {
    const data = models.map((id) => ({ id, object: 'model', created: MODELS_CREATED, owned_by: 'rill' }))
    return respond(JSON.stringify({ object: 'list', data }))
  }
  if (!/^POST .*\/chat\/completions$/.test(call)) return refuse(404, `Invalid URL (${call})`)
  const body = parameters.safeParse(await request.json().catch(() => null))
  signal?.throwIfAborted()
  if (body.success) return await complete(body.data, signal)
  const [{ path, message } = { path: [], message: '' }] = body.error.issues
  return refuse(400, `Invalid value for '${path.join('.')}': ${message}`, { param: path.join('.') })
}

async function complete(body: Parameters, signal: AbortSignal | null): Promise<Response> {
  const { model, messages } = body
  if (!models.includes(model)) return refuse(404, `The model \`${model}\` does not exist.`, { code: 'model_not_found' })
  const reply = replyTo(messages, model === reasoningModel)
  const refusal = reply.error && refusalOf(reply.error, body)
  if (refusal) return refusal
  const completion = completionOf(reply, body)
  if (body.stream) return respond(timedStream(streamed(completion), signal), 'text/event-stream; charset=utf-8')
  await wait(WHOLE_DELAY_MS, undefined, { signal: signal ?? undefined }).catch((error) => {
    throw signal?.reason ?? error
  })
  return respond(timedStream(whole(completion), signal))
}

/** The requested error. A rate limit rejects the first two attempts at the same messages, not the third. */
function refusalOf(error: 'rate_limit' | 'server_error', { model, messages }: Parameters): Response | null {
  const onRequest = '(This is the demo model; you asked for this error.)'
  if (error === 'server_error') {
    return refuse(500, `The server had an error. ${onRequest}`, { type: error, code: error })
  }
  const attempts = processSingleton('demo rate limits', () => new Map<string, number>())
  const turn = createHash('sha256')
    .update(JSON.stringify([model, messages]))
    .digest('base64')
  const attempt = attempts.get(turn) ?? 0
  const seconds = retryAfterSeconds[attempt]
  attempts.delete(turn)
  if (seconds === undefined) return null
  if (attempts.size >= MAX_REMEMBERED_ATTEMPTS) attempts.clear()
  attempts.set(turn, attempt + 1)
  const message = `Rate limit reached for ${model}. Please try again in ${seconds}s. ${onRequest}`
  return refuse(429, message, { type: 'requests', code: 'rate_limit_exceeded' }, { 'Retry-After': String(seconds) })
}

/** An error response in OpenAI's format. */
function refuse(status: number, message: string, details = {}, headers = {}): Response {
  const error = { message, type: 'invalid_request_error', code: null, param: null, ...details }
  return respond(JSON.stringify({ error }), 'application/json', status, headers)
}

function respond(body: BodyInit, type = 'application/json', status = 200, headers = {}): Response {
  const requestId = `req_${randomUUID().replaceAll('-', '')}`
  return new Response(body, { status, headers: { 'Content-Type': type, 'x-request-id': requestId, ...headers } })
}
