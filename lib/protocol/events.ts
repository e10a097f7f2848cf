import * as z from 'zod/mini'

/** How a generation stands, or how it ended. */
export const generationStatus = z.enum(['running', 'completed', 'stopped', 'interrupted', 'failed'])
export type GenerationStatus = z.infer<typeof generationStatus>

export const endStatus = z.enum(['completed', 'stopped', 'interrupted', 'failed'])
export type EndStatus = z.infer<typeof endStatus>

export const errorKind = z.enum([
  'auth',
  'quota',
  'rate_limit',
  'context_length',
  'content_filter',
  'model_not_found',
  'bad_request',
  'forbidden',
  'not_found',
  'upstream',
  'network',
  'timeout',
  'budget',
  'internal',
])
export type ErrorKind = z.infer<typeof errorKind>

/** What went wrong, in words fit for the page. `upstreamMessage` is the provider's own, cleaned and cut. */
export const problem = z.object({
  kind: errorKind,
  message: z.string(),
  field: z.optional(z.string()),
  upstreamMessage: z.optional(z.string()),
  upstreamStatus: z.optional(z.number()),
  requestId: z.optional(z.string()),
  retryable: z.boolean(),
  /** Where a shorter answer would help, for a budget or a model that allows no longer one: how long that may be. */
  lowerMaxTokens: z.optional(z.number()),
})
export type Problem = z.infer<typeof problem>

/** Token counts of one generation. `source` says whether the upstream reported them or Rill estimated them. */
export const usage = z.object({
  promptTokens: z.number(),
  completionTokens: z.number(),
  cachedTokens: z.number(),
  reasoningTokens: z.number(),
  /** Of the prompt and of the answer, where the upstream tells them apart. */
  audioTokens: z.optional(z.number()),
  source: z.enum(['reported', 'estimated']),
  /** How far an estimate can be trusted: `exact` by the model's own tokenizer, `unknown` by characters alone. */
  accuracy: z.optional(z.enum(['exact', 'approximate', 'unknown'])),
  /** An exact decimal in the price's currency; null when the price is not known. */
  cost: z.nullable(z.object({ amount: z.string(), currency: z.string() })),
})
export type Usage = z.infer<typeof usage>

export const startData = z.object({
  generationId: z.string(),
  conversationId: z.string(),
  userMessageId: z.string(),
  messageId: z.string(),
  model: z.string(),
  /** Of a reply that goes on, how much it had, in UTF-16 units. A reader may have seen more than a crash left of it. */
  textBefore: z.optional(z.number()),
  reasoningBefore: z.optional(z.number()),
})
export type StartData = z.infer<typeof startData>

/** A wait before attempt number `attempt` (2 the first that is waited for) of `of`. `at` is when it ends, in epoch ms. */
export const retryData = z.object({
  attempt: z.number(),
  of: z.number(),
  delayMs: z.number(),
  at: z.number(),
  kind: errorKind,
  message: z.string(),
})
export type RetryData = z.infer<typeof retryData>

/** One entry of a generation's log, before it has a sequence number. */
export const generationEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), data: startData }),
  z.object({ type: z.literal('delta'), data: z.object({ text: z.string() }) }),
  z.object({ type: z.literal('reasoning'), data: z.object({ text: z.string() }) }),
  /** The reasoning before it is over, and took so long in all. */
  z.object({ type: z.literal('thought'), data: z.object({ ms: z.number() }) }),
  /** The last `length` UTF-16 units of the text were reasoning: all that this generation had written as text. */
  z.object({ type: z.literal('reclassify'), data: z.object({ length: z.number() }) }),
  z.object({ type: z.literal('retry'), data: retryData }),
  z.object({ type: z.literal('usage'), data: usage }),
  z.object({ type: z.literal('error'), data: problem }),
  z.object({
    type: z.literal('status'),
    data: z.object({
      status: endStatus,
      finishReason: z.optional(z.string()),
      /** How often the upstream was asked. */
      attempts: z.optional(z.number()),
      /** What was asked otherwise than it was wanted, since the model does not take it: `stream`, `system`, `temperature`. */
      differences: z.optional(z.array(z.string())),
    }),
  }),
])
export type GenerationEvent = z.infer<typeof generationEvent>

/** An event with its place in the log: 1, 2, 3 … with no gaps. */
export type LogEvent = GenerationEvent & { seq: number }
