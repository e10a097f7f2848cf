import 'server-only'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { tokensOf } from './prose'
import type { Reply } from './replies'
import type { Frame } from './timed-stream'

const TOKENS_PER_SECOND = 60
const FIRST_TOKEN_MS = 20

const maxTokens = z.int().min(1).nullish()
export const parameters = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.string(),
        content: z
          .string()
          .nullish()
          .transform((text) => text ?? ''),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: maxTokens,
  max_completion_tokens: maxTokens,
})
export type Parameters = z.infer<typeof parameters>

type Completion = ReturnType<typeof completionOf>

/** A reply in tokens, and what surrounds it on the wire. Limits count reasoning too. */
export function completionOf(reply: Reply, { model, messages, ...body }: Parameters) {
  const limit = Math.min(body.max_completion_tokens ?? body.max_tokens ?? Infinity, reply.limit ?? Infinity)
  const allReasoning = tokensOf(reply.reasoning)
  const allText = tokensOf(reply.text).slice(0, reply.cutAfter ?? undefined)
  const reasoning = allReasoning.slice(0, limit)
  const text = allText.slice(0, limit - reasoning.length)
  const promptTokens = Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4)
  const completionTokens = reasoning.length + text.length
  const finishReason = allReasoning.length + allText.length > completionTokens ? 'length' : 'stop'
  return {
    head: { id: `chatcmpl-${randomUUID().replaceAll('-', '')}`, created: Math.floor(Date.now() / 1000), model },
    reasoning,
    text,
    /** null when the connection breaks after the last token. */
    finishReason: finishReason === 'stop' && reply.cutAfter !== null ? null : finishReason,
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoning.length },
    },
    includeUsage: body.stream_options?.include_usage ?? false,
  }
}

/** The events of a streamed reply. Returns an error when the connection is to break. */
export function* streamed(completion: Completion): Generator<Frame, Error | undefined> {
  const { head, reasoning, text, finishReason, usage, includeUsage } = completion
  const event = (choices: object[], counted: object | null = null) => {
    const chunk = { ...head, object: 'chat.completion.chunk', choices }
    return `data: ${JSON.stringify(includeUsage ? { ...chunk, usage: counted } : chunk)}\n\n`
  }
  const choice = (delta: object, reason: string | null = null) => [{ index: 0, delta, finish_reason: reason }]
  yield { atMs: 0, text: event(choice({ role: 'assistant', content: '', refusal: null })) }
  let atMs = FIRST_TOKEN_MS
  for (const [index, token] of [...reasoning, ...text].entries()) {
    yield { atMs, text: event(choice(index < reasoning.length ? { reasoning_content: token } : { content: token })) }
    atMs += 1000 / TOKENS_PER_SECOND
  }
  if (finishReason === null) return brokenConnection()
  yield { atMs, text: `${event(choice({}, finishReason))}${includeUsage ? event([], usage) : ''}data: [DONE]\n\n` }
}

/** The whole reply as one JSON document; its first half when the connection is to break. */
export function* whole(completion: Completion): Generator<Frame, Error | undefined> {
  const { head, reasoning, text, finishReason, usage } = completion
  const reasoned = reasoning.length > 0 ? { reasoning_content: reasoning.join('') } : {}
  const message = { role: 'assistant', content: text.join(''), refusal: null, ...reasoned }
  const choices = [{ index: 0, message, finish_reason: finishReason }]
  const body = JSON.stringify({ ...head, object: 'chat.completion', choices, usage })
  yield { atMs: 0, text: finishReason === null ? body.slice(0, body.length / 2) : body }
  return finishReason === null ? brokenConnection() : undefined
}

/** The error of a fetch body whose server hung up. */
function brokenConnection(): Error {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })
  return new TypeError('terminated', { cause })
}
