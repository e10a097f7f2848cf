import 'server-only'
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { pacedStream } from './pace'
import { invalidRequest, type Refusal, rateLimit, serverError, unknownModel, unknownPath } from './refusals'
import { replyTo } from './replies'
import { promptTokens } from './tokens'
import { completionOf, durationOf, streamed, whole } from './wire'

const reasoningModel = 'rill-demo-reasoning'
const models = ['rill-demo', reasoningModel]
/** When the demo model was made, in epoch seconds: the format wants a date. */
const modelsCreated = 1_790_000_000
/** An answer that does not stream comes after this at most: nobody should wait as long as it would take to write. */
const mostWaitMs = 300

const content = z.union([
  z.string(),
  z
    .array(z.object({ text: z.string().optional() }))
    .transform((parts) => parts.map((part) => part.text ?? '').join('')),
  z.null().transform(() => ''),
])
const maxTokens = z.int().min(1).nullish()
const parameters = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: content.default('') })).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: maxTokens,
  max_completion_tokens: maxTokens,
})
type Parameters = z.infer<typeof parameters>

/**
 * Rill's demo model as a server: takes what `fetch` takes and answers `POST …/chat/completions`, streamed or whole, and
 * `GET …/models` as an OpenAI server would, whatever the host. Streams 60 tokens a second, the first after 20 ms; an
 * answer that does not stream comes within 300 ms however long it is. Failures on request are real responses too.
 * @throws {unknown} the reason of `init.signal` when it is aborted, as `fetch` does.
 */
export const demoFetch: typeof globalThis.fetch = async (input, init = {}) => {
  const signal = init.signal ?? (input instanceof Request ? input.signal : null)
  signal?.throwIfAborted()
  const request = new Request(input, { ...init, signal: null })
  const { pathname } = new URL(request.url)
  if (request.method === 'GET' && pathname.endsWith('/models')) return modelList()
  if (request.method !== 'POST' || !pathname.endsWith('/chat/completions')) {
    return refuse(unknownPath(request.method, pathname))
  }
  const asked = parse(await request.text())
  signal?.throwIfAborted()
  return 'status' in asked ? refuse(asked) : await complete(asked, signal)
}

async function complete(asked: Parameters, signal: AbortSignal | null): Promise<Response> {
  const { model, messages } = asked
  if (!models.includes(model)) return refuse(unknownModel(model))
  const reply = replyTo(messages, model === reasoningModel)
  if (reply.refusal === 'server_error') return refuse(serverError)
  const refusal = reply.refusal === 'rate_limit' ? rateLimit(model, messages) : null
  if (refusal) return refuse(refusal)

  const described = {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    model,
    created: Math.floor(Date.now() / 1000),
    promptTokens: promptTokens(messages.map((message) => message.content)),
  }
  const most = asked.max_completion_tokens ?? asked.max_tokens ?? Number.POSITIVE_INFINITY
  const completion = completionOf(reply, described, most)
  if (asked.stream) {
    const includeUsage = asked.stream_options?.include_usage ?? false
    return respond(pacedStream(streamed(completion, includeUsage), signal), 'text/event-stream; charset=utf-8')
  }
  await wait(Math.min(durationOf(completion), mostWaitMs), undefined, { signal: signal ?? undefined }).catch(
    (error) => {
      throw signal?.reason ?? error
    },
  )
  return respond(pacedStream(whole(completion), signal), 'application/json')
}

function parse(body: string): Parameters | Refusal {
  let document: unknown
  try {
    document = JSON.parse(body)
  } catch {
    return invalidRequest('We could not parse the JSON body of your request.')
  }
  const parsed = parameters.safeParse(document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.join('.') ?? ''
  return invalidRequest(`Invalid value for '${path}': ${issue?.message ?? 'not understood'}`, path)
}

function modelList(): Response {
  const data = models.map((id) => ({ id, object: 'model', created: modelsCreated, owned_by: 'rill' }))
  return respond(JSON.stringify({ object: 'list', data }), 'application/json')
}

function refuse({ status, message, type, code, param, headers }: Refusal): Response {
  const body = JSON.stringify({ error: { message, type, param: param ?? null, code } })
  return respond(body, 'application/json', status, headers)
}

function respond(
  body: string | ReadableStream<Uint8Array>,
  type: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  const requestId = `req_${randomUUID().replaceAll('-', '')}`
  return new Response(body, { status, headers: { 'Content-Type': type, 'x-request-id': requestId, ...headers } })
}
