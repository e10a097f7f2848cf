import * as z from 'zod/mini'
import { problem } from './events'

/** A stored provider. Its key is never sent to the browser. */
export const provider = z.object({
  id: z.string(),
  name: z.string(),
  baseUrl: z.string(),
  hasKey: z.boolean(),
  headerNames: z.array(z.string()),
  /** The key and headers were encrypted with another secret than the server's, and have to be entered again. */
  unreadable: z.boolean(),
  /** Time limits for the first token and between two tokens; null is the server's default. */
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

/** `POST /api/providers/test`. Each step has its own problem, so that the page can say how far it got. */
export const providerTest = z.object({
  /** An address that works instead of the one in the form: with the version that it lacks. */
  betterBaseUrl: z.nullable(z.string()),
  /** The first of the listed models, and how many there are. */
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
