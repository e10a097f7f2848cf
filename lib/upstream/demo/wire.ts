import 'server-only'
import type { Frame } from './pace'
import type { Reply } from './replies'
import { tokensOf } from './tokens'

const tokensPerSecond = 60
const firstTokenMs = 20

/** An answer in tokens, and what surrounds it on the wire. */
export interface Completion {
  id: string
  model: string
  /** Epoch seconds, as the format has it. */
  created: number
  promptTokens: number
  reasoning: string[]
  text: string[]
  /** null when the connection breaks after the last token. */
  finishReason: 'stop' | 'length' | null
}

type Described = Pick<Completion, 'id' | 'model' | 'created' | 'promptTokens'>

/** Cuts a reply into tokens, no more than `maxTokens` of them, reasoning included. */
export function completionOf(reply: Reply, described: Described, maxTokens: number): Completion {
  const most = Math.min(maxTokens, reply.limit ?? Number.POSITIVE_INFINITY)
  const wholeReasoning = tokensOf(reply.reasoning)
  const wholeText = tokensOf(reply.text)
  const reasoning = wholeReasoning.slice(0, most)
  const text = wholeText.slice(0, Math.min(most - reasoning.length, reply.cutAfter ?? Number.POSITIVE_INFINITY))
  const limited = wholeReasoning.length + Math.min(wholeText.length, reply.cutAfter ?? Number.POSITIVE_INFINITY) > most
  return { ...described, reasoning, text, finishReason: limited ? 'length' : reply.cutAfter === null ? 'stop' : null }
}

/** How long the answer takes to write, in milliseconds. */
export function durationOf({ reasoning, text }: Completion): number {
  return firstTokenMs + ((reasoning.length + text.length) * 1000) / tokensPerSecond
}

/** The events of a streamed answer, each at its time. */
export function* streamed(completion: Completion, includeUsage: boolean): Generator<Frame, Error | undefined> {
  const { id, created, model, reasoning, text, finishReason } = completion
  const event = (choices: object[], usage: object | null = null) => {
    const chunk = { id, object: 'chat.completion.chunk', created, model, system_fingerprint: null, choices }
    return `data: ${JSON.stringify(includeUsage ? { ...chunk, usage } : chunk)}\n\n`
  }
  const choice = (delta: object, reason: string | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason: reason },
  ]
  const dueAt = (token: number) => firstTokenMs + (token * 1000) / tokensPerSecond

  yield { atMs: 0, text: event(choice({ role: 'assistant', content: '', refusal: null })) }
  for (const [index, token] of reasoning.entries()) {
    yield { atMs: dueAt(index), text: event(choice({ reasoning_content: token })) }
  }
  for (const [index, token] of text.entries()) {
    yield { atMs: dueAt(reasoning.length + index), text: event(choice({ content: token })) }
  }
  if (finishReason === null) return brokenConnection()
  const usage = includeUsage ? event([], usageOf(completion)) : ''
  const atMs = dueAt(reasoning.length + text.length - 1)
  yield { atMs, text: `${event(choice({}, finishReason))}${usage}data: [DONE]\n\n` }
}

/** The whole answer as one JSON document; of an answer that is cut, the first half. */
export function* whole(completion: Completion): Generator<Frame, Error | undefined> {
  const { id, created, model, reasoning, text, finishReason } = completion
  const reasoned = reasoning.length > 0 ? { reasoning_content: reasoning.join('') } : {}
  const message = { role: 'assistant', content: text.join(''), refusal: null, ...reasoned }
  const body = JSON.stringify({
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage: usageOf(completion),
    system_fingerprint: null,
  })
  yield { atMs: 0, text: finishReason === null ? body.slice(0, body.length / 2) : body }
  return finishReason === null ? brokenConnection() : undefined
}

function usageOf({ promptTokens, reasoning, text }: Completion): object {
  const completionTokens = reasoning.length + text.length
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: reasoning.length },
  }
}

/** What a body of Node's own fetch fails with when the other side hangs up. */
function brokenConnection(): Error {
  return new TypeError('terminated', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  })
}
