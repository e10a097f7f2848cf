import * as z from 'zod/mini'
import { problem } from './events'
import { message } from './messages'

/** What every endpoint answers when it refuses or fails. */
export const errorBody = z.object({ error: problem })

/** What the Lab asks is kept like a conversation, and is not listed among them. */
export const conversationKind = z.enum(['chat', 'lab'])

export const conversationSummary = z.object({
  id: z.string(),
  /** Absent when the server is older than the page: then it is `chat`. */
  kind: z.optional(conversationKind),
  title: z.string(),
  model: z.nullable(z.string()),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** Generations of this conversation that are running now. */
  running: z.array(z.string()),
})
export type ConversationSummary = z.infer<typeof conversationSummary>

/** `GET /api/conversations`: newest first. */
export const conversationPage = z.object({
  conversations: z.array(conversationSummary),
  nextCursor: z.nullable(z.string()),
})
export type ConversationPage = z.infer<typeof conversationPage>

/** `GET /api/conversations/{id}`: every message of the tree, oldest first; with `?newest=N` the newest N of them. */
export const conversation = z.extend(conversationSummary, {
  messages: z.array(message),
  /** Others came before the first of these. Only `newest` leaves any out. A server older than the page does not say. */
  hasEarlier: z._default(z.boolean(), false),
})
export type Conversation = z.infer<typeof conversation>

export const modelGroup = z.object({
  providerId: z.string(),
  name: z.string(),
  kind: z.enum(['environment', 'own', 'local', 'demo']),
  /** `id` is what `POST /api/chat` takes as `model`; `name` is what the provider calls it. */
  models: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** Per million tokens, as decimals; absent when nobody has said. */
      price: z.optional(z.object({ currency: z.string(), input: z.string(), output: z.string() })),
      contextWindow: z.optional(z.number()),
      /** It cannot chat: it is for embeddings, speech, pictures or the like. */
      otherTask: z.optional(z.boolean()),
    }),
  ),
  /** How many models the provider lists that are left out here. */
  more: z.optional(z.number()),
  problem: z.nullable(problem),
})
export type ModelGroup = z.infer<typeof modelGroup>

/** `GET /api/models`. */
export const modelList = z.object({
  groups: z.array(modelGroup),
  defaultModel: z.string(),
  /** No key and no server is configured: answers come from the demo model. */
  demoOnly: z.boolean(),
})
export type ModelList = z.infer<typeof modelList>

/** `GET` and `PATCH /api/settings`. */
export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  enterSends: z.boolean(),
  defaultModel: z.nullable(z.string()),
  /** The currency that costs are shown in, and what one US dollar is in it, as a decimal. */
  currency: z.string(),
  exchangeRate: z.string(),
  /** The IANA name of the zone whose days and months are the person's. */
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
