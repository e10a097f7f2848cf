import * as z from 'zod/mini'
import { problem } from './events'
import { message } from './messages'

/** The body of every error response. */
export const errorBody = z.object({ error: problem })

/** Runs of the Lab are conversations that the sidebar doesn't list. */
export const conversationKind = z.enum(['chat', 'lab'])

export const conversationSummary = z.object({
  id: z.string(),
  /** Absent from servers older than the page; then it is `chat`. */
  kind: z.optional(conversationKind),
  title: z.string(),
  model: z.nullable(z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** Ids of its running generations. */
  running: z.array(z.string()),
})
export type ConversationSummary = z.infer<typeof conversationSummary>

/** `GET /api/conversations`: newest first. */
export const conversationPage = z.object({
  conversations: z.array(conversationSummary),
  nextCursor: z.nullable(z.string()),
})
export type ConversationPage = z.infer<typeof conversationPage>

/** `GET /api/conversations/{id}`: every message of the tree, oldest first; with `?newest=N`, the newest N. */
export const conversation = z.extend(conversationSummary, {
  messages: z.array(message),
  /** Whether `newest` left out earlier messages. Absent from servers older than the page. */
  hasEarlier: z._default(z.boolean(), false),
})
export type Conversation = z.infer<typeof conversation>

export const modelGroup = z.object({
  providerId: z.string(),
  name: z.string(),
  kind: z.enum(['environment', 'own', 'local', 'demo']),
  /** `id` is the `model` of `POST /api/chat`; `name` is the provider's name for it. */
  models: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** Per million tokens, as decimals; absent when unknown. */
      price: z.optional(z.object({ currency: z.string(), input: z.string(), output: z.string() })),
      contextWindow: z.optional(z.number()),
      /** Not for chat: for embeddings, speech, images or the like. */
      otherTask: z.optional(z.boolean()),
    }),
  ),
  /** How many of the provider's models are left out here. */
  more: z.optional(z.number()),
  problem: z.nullable(problem),
})
export type ModelGroup = z.infer<typeof modelGroup>

/** `GET /api/models`. */
export const modelList = z.object({
  groups: z.array(modelGroup),
  defaultModel: z.string(),
  /** No provider is configured: replies come from the demo model. */
  demoOnly: z.boolean(),
})
export type ModelList = z.infer<typeof modelList>

/** `GET` and `PATCH /api/settings`. */
export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  enterSends: z.boolean(),
  defaultModel: z.nullable(z.string()),
  /** The currency of displayed costs, and the value of one US dollar in it, as a decimal. */
  currency: z.string(),
  exchangeRate: z.string(),
  /** The IANA name of the time zone that the person's days and months follow. */
  timeZone: z.string(),
})
export type Settings = z.infer<typeof settings>
export const settingNames = [
  'theme',
  'enterSends',
  'defaultModel',
  'currency',
  'exchangeRate',
  'timeZone',
] as const satisfies (keyof Settings)[]
export const defaultSettings: Settings = {
  theme: 'system',
  enterSends: true,
  defaultModel: null,
  currency: 'USD',
  exchangeRate: '1',
  timeZone: 'UTC',
}
