import 'server-only'
import type { Generated } from 'kysely'

/**
 * The tables. Portable between SQLite and Postgres: ids are UUIDv7 text, times epoch milliseconds in bigint, JSON is
 * text that is parsed by zod on the way in. Every row that belongs to a person carries `ownerId`.
 */
export interface Tables {
  conversations: Omit<ConversationRow, 'kind'> & { kind: Generated<ConversationKind>; revision: Generated<number> }
  messages: MessageRow
  generations: GenerationRow
  generationPieces: GenerationPieceRow
  providers: ProviderRow
  modelCapabilities: ModelCapabilitiesRow
  settings: SettingsRow
  prices: PriceRow
  budgetLimits: BudgetLimitRow
  spending: SpendingRow
  usageRollups: UsageRollupRow
  instances: InstanceRow
  owners: OwnerRow
  sessions: SessionRow
}

/** A run of the Lab is kept like a conversation, and is not listed among them. */
export type ConversationKind = 'chat' | 'lab'

/** The table has its `revision` as well: how often a reply of it that had ended was continued to another end. */
export interface ConversationRow {
  id: string
  ownerId: string
  kind: ConversationKind
  title: string
  model: string | null
  createdAt: number
  updatedAt: number
  /** Deleted rows stay for a while so that Undo works, and are swept later. */
  deletedAt: number | null
}

export interface MessageRow {
  id: string
  conversationId: string
  ownerId: string
  parentId: string | null
  role: 'user' | 'assistant'
  /** JSON: `Part[]`. A running generation's parts are in its pieces until it ends. */
  parts: string
  createdAt: number
}

export interface GenerationRow {
  id: string
  ownerId: string
  conversationId: string
  userMessageId: string
  messageId: string
  /** 0 for the generation that began its message, 1 for the first that continued it, and so on: no two have the same. */
  continuation: number
  /** How much text and reasoning the message had when this generation began, in UTF-16 units. */
  textBefore: number
  reasoningBefore: number
  /** Made by the client; the same one again is the same generation. */
  turnId: string
  /** JSON: `TurnSettings`. What the person set for this answer. */
  settings: string | null
  instanceId: string
  providerId: string
  model: string
  status: string
  finishReason: string | null
  /** JSON: `Usage`. */
  usage: string | null
  /** Whether it began its reply, wrote another one beside it, or went on with it. */
  kind: GenerationKind
  /** JSON: `Price` at the time of use; null when the model has no known price. */
  price: string | null
  /** JSON: `ReservationRecord`. Where it is booked, and what is set aside for it until it ends. */
  booking: string | null
  /** In pico-units of `costCurrency`: read it with `cast(… as text)`, a number may not hold it. Null while it runs, and when the price is not known. */
  costPicos: bigint | null
  costCurrency: string | null
  /** Null while it runs. */
  promptTokens: number | null
  completionTokens: number | null
  cachedTokens: number | null
  reasoningTokens: number | null
  /** How often the upstream was asked. */
  attempts: number
  /** JSON: `LogOutline`. With the message's parts it gives the whole log again, every `seq` where it was. */
  outline: string | null
  startedAt: number
  firstTokenAt: number | null
  endedAt: number | null
}

export type GenerationKind = 'answer' | 'continue' | 'regenerate'

/** Events that were checkpointed together. Joined into the message and removed when the generation ends. */
export interface GenerationPieceRow {
  generationId: string
  firstSeq: number
  /** JSON: `GenerationEvent[]`, whose `seq` run from `firstSeq`. */
  events: string
}

export interface ProviderRow {
  id: string
  ownerId: string
  name: string
  baseUrl: string
  /** JSON of `{apiKey, headers}`, sealed with AES-256-GCM in one of the formats of `lib/providers/keys.ts`. */
  sealed: string
  /** How long its models may be silent, when the person says so. */
  firstTokenTimeoutMs: number | null
  idleTimeoutMs: number | null
  createdAt: number
}

export interface ModelCapabilitiesRow {
  providerId: string
  model: string
  /** JSON: `Adaptation`. */
  adaptation: string
  learnedAt: number
}

export interface SettingsRow {
  ownerId: string
  /** JSON: `Settings`. */
  settings: string
}

/** A person's own price of a model; it goes before the list price. */
export interface PriceRow {
  ownerId: string
  /** The host of the provider's base URL. */
  provider: string
  model: string
  /** JSON: `Price`. */
  price: string
  /** Goes up with every change, so that one that was made elsewhere is noticed. */
  version: number
}

/** A person has one budget of each scope and measure. */
export interface BudgetLimitRow {
  id: string
  ownerId: string
  scope: string
  measure: string
  /** JSON: `Budget`. */
  budget: string
  /** Goes up with every change, so that one that was made elsewhere is noticed. */
  version: number
}

/** What a person's generations came to within one scope: a conversation, a day, a month. Kept whether or not it is capped. */
export interface SpendingRow {
  ownerId: string
  /** `conversation:{id}`, `day:2026-11-21`, `month:2026-11`. */
  scope: string
  /** In pico-dollars: read them with `cast(… as text)`, a number may not hold them. */
  spentPicos: bigint
  spentTokens: number
  /** Set aside for generations that run. */
  reservedPicos: bigint
  reservedTokens: number
}

/** What the generations of a day came to. Its counts and sums are in columns of their own: `rollups.ts` has them. */
export interface UsageRollupRow {
  ownerId: string
  /** Empty in the row that counts all conversations. */
  conversationId: string
  /** Days since 1970-01-01, as the person's calendar counted them. */
  day: number
  providerId: string
  model: string
  /** Empty for what has no price. */
  currency: string
}

/** A running server process. Generations of an instance without a heartbeat are interrupted. */
export interface InstanceRow {
  id: string
  /** Tells which secret it has, without telling it. */
  secretMark: string | null
  startedAt: number
  heartbeatAt: number
}

/** Whoever owns rows. */
export interface OwnerRow {
  id: string
  /** `single`: the one owner of a local Rill or of one with a password. `visitor`: one browser of an open Rill. */
  kind: 'single' | 'visitor'
  createdAt: number
}

/** What a browser's cookie leads to. */
export interface SessionRow {
  id: string
  ownerId: string
  /** SHA-256 of the token in the cookie, so that a copy of the database signs nobody in. */
  tokenHash: string
  /** Which password it was signed in with, without telling it. Null for a visitor. */
  passwordMark: string | null
  createdAt: number
  /** When the browser sent the token back for the first time. */
  confirmedAt: number | null
  /** Written at most once an hour. */
  lastUsedAt: number | null
  expiresAt: number
  /** Rows of ended sessions stay until they expire, so that the cookie of an earlier version cannot bring one back. */
  endedAt: number | null
}
