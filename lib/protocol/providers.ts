import * as z from 'zod/mini'
import { problem } from './events'

/** A provider as the settings page sees it: the key itself never comes back. */
export const provider = z.object({
  id: z.string(),
  name: z.string(),
  baseUrl: z.string(),
  hasKey: z.boolean(),
  headerNames: z.array(z.string()),
  /** The key and headers were sealed with another secret than the server has now, and have to be entered again. */
  unreadable: z.boolean(),
  /** How long its models may be silent before the first token, and between two; null is the server's own limit. */
  firstTokenTimeoutMs: z.nullable(z.number()),
  idleTimeoutMs: z.nullable(z.number()),
  createdAt: z.number(),
})
export type Provider = z.infer<typeof provider>

/** `GET /api/providers`: the person's own, the operator's, and local servers found running. */
export const providerList = z.object({
  own: z.array(provider),
  environment: z.nullable(z.object({ name: z.string(), hasKey: z.boolean() })),
  local: z.array(z.object({ id: z.string(), name: z.string(), baseUrl: z.string(), models: z.number() })),
})
export type ProviderList = z.infer<typeof providerList>

/** `POST /api/providers/test`. Each step carries its own problem, so the page can say how far it got. */
export const providerTest = z.object({
  /** An address that works where the one in the form does not: with the version that was left out. */
  betterBaseUrl: z.nullable(z.string()),
  /** The first of the models that it lists, and how many it lists in all. */
  models: z.array(z.string()),
  modelCount: z.number(),
  modelsProblem: z.nullable(problem),
  model: z.nullable(z.string()),
  text: z.string(),
  /** Milliseconds from the request to the first text. */
  firstTokenMs: z.nullable(z.number()),
  answerProblem: z.nullable(problem),
})
export type ProviderTest = z.infer<typeof providerTest>
