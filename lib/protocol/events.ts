import * as z from 'zod/mini'

/** A generation's status. */
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

/** What went wrong, in words for people. `upstreamMessage` is the provider's own, redacted and shortened. */
export const problem = z.object({
  kind: errorKind,
  message: z.string(),
  field: z.optional(z.string()),
  upstreamMessage: z.optional(z.string()),
  upstreamStatus: z.optional(z.number()),
  requestId: z.optional(z.string()),
  retryable: z.boolean(),
  /** The longest reply that a budget or the model allows, where a shorter one would help. */
  lowerMaxTokens: z.optional(z.number()),
})
export type Problem = z.infer<typeof problem>

/** Token counts of one generation. `source` says whether the upstream reported them or Rill estimated them. */
export const usage = z.object({
  promptTokens: z.number(),
  completionTokens: z.number(),
  cachedTokens: z.number(),
  reasoningTokens: z.number(),
  /** Of prompt and reply together, where the upstream counts them separately. */
  audioTokens: z.optional(z.number()),
  source: z.enum(['reported', 'estimated']),
  /** The accuracy of an estimate: `exact` with the model's tokenizer, `unknown` by characters alone. */
  accuracy: z.optional(z.enum(['exact', 'approximate', 'unknown'])),
  /** An exact decimal in the price's currency; null without a known price. */
  cost: z.nullable(z.object({ amount: z.string(), currency: z.string() })),
})
export type Usage = z.infer<typeof usage>

export const startData = z.object({
  generationId: z.string(),
  conversationId: z.string(),
  userMessageId: z.string(),
  messageId: z.string(),
  model: z.string(),
  /** Lengths of a continued reply at its start, in UTF-16 units. A reader may have received more than a crash left. */
  textBefore: z.optional(z.number()),
  reasoningBefore: z.optional(z.number()),
})
export type StartData = z.infer<typeof startData>

/** A wait before attempt `attempt` (from 2) of `of`. `at` is when it ends, in epoch ms. */
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
  /** The reasoning before it has ended, after so long in all. */
  z.object({ type: z.literal('thought'), data: z.object({ ms: z.number() }) }),
  /** The last `length` UTF-16 units of the text, all that this generation wrote as text, were reasoning. */
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
      /** Settings that the model didn't take: `stream`, `system`, `temperature`. */
      differences: z.optional(z.array(z.string())),
    }),
  }),
])
export type GenerationEvent = z.infer<typeof generationEvent>

/** An event with its sequence number in the log: 1, 2, 3 … without gaps. */
export type LogEvent = GenerationEvent & { seq: number }
