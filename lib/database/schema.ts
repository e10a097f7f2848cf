import 'server-only'
import type { Generated } from 'kysely'

/**
 * The tables, the same for SQLite and Postgres: ids are UUIDv7 in text, times are epoch milliseconds in bigint, JSON is text
 * that zod parses when it is read. Every row of a person has an `ownerId`.
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

/** A Lab run is stored like a conversation, but listed separately. */
export type ConversationKind = 'chat' | 'lab'

/** The table also has `revision`, which counts the ended replies that were continued. */
export interface ConversationRow {
  id: string
  ownerId: string
  kind: ConversationKind
  title: string
  model: string | null
  createdAt: number
  updatedAt: number
  /** Deleted rows stay for a day so that they can be restored; then the sweep removes them. */
  deletedAt: number | null
}

export interface MessageRow {
  id: string
  conversationId: string
  ownerId: string
  parentId: string | null
  role: 'user' | 'assistant'
  /** JSON: `Part[]`. While a generation runs, its text is in its pieces. */
  parts: string
  createdAt: number
}

export interface GenerationRow {
  id: string
  ownerId: string
  conversationId: string
  userMessageId: string
  messageId: string
  /** 0 for the first generation of a message, 1 for the first continuation, and so on; unique per message. */
  continuation: number
  /** The length of the message's text and reasoning when this generation started, in UTF-16 units. */
  textBefore: number
  reasoningBefore: number
  /** From the client. A repeated turn id returns the same generation. */
  turnId: string
  /** JSON: `TurnSettings`. The person's settings for this reply. */
  settings: string | null
  instanceId: string
  providerId: string
  model: string
  status: string
  finishReason: string | null
  /** JSON: `Usage`. */
  usage: string | null
  /** Whether it was the first reply, another branch, or a continuation. */
  kind: GenerationKind
  /** JSON: `Price` at the start; null if the model's price is unknown. */
  price: string | null
  /** JSON: `ReservationRecord`, held until the end. */
  booking: string | null
  /** In pico-units of `costCurrency`; read it as text, since it may exceed 2^53. Null while it runs, and without a price. */
  costPicos: bigint | null
  costCurrency: string | null
  /** Null while it runs. */
  promptTokens: number | null
  completionTokens: number | null
  cachedTokens: number | null
  reasoningTokens: number | null
  /** The number of requests to the provider. */
  attempts: number
  /** JSON: `EventIndex`. With the message's parts, it restores the log with every `seq`. */
  outline: string | null
  startedAt: number
  firstTokenAt: number | null
  endedAt: number | null
}

export type GenerationKind = 'answer' | 'continue' | 'regenerate'

/** Events of one checkpoint. Merged into the message and deleted when the generation ends. */
export interface GenerationPieceRow {
  generationId: string
  firstSeq: number
  /** JSON: `GenerationEvent[]`, with `seq` from `firstSeq`. */
  events: string
}

export interface ProviderRow {
  id: string
  ownerId: string
  name: string
  baseUrl: string
  /** JSON of `{apiKey, headers}`, sealed with AES-256-GCM in one of the formats of `lib/providers/keys.ts`. */
  sealed: string
  /** The person's own time limits for its models. */
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

/** A person's own price of a model, which takes precedence over the list price. */
export interface PriceRow {
  ownerId: string
  /** The host of the provider's base URL. */
  provider: string
  model: string
  /** JSON: `Price`. */
  price: string
  /** Incremented by every change, to detect conflicting edits. */
  version: number
}

/** A budget; a person has at most one per scope and measure. */
export interface BudgetLimitRow {
  id: string
  ownerId: string
  scope: string
  measure: string
  /** JSON: `Budget`. */
  budget: string
  /** Incremented by every change, to detect conflicting edits. */
  version: number
}

/** The cost of a person's generations in one scope: a conversation, a day, a month. Counted with or without a budget. */
export interface SpendingRow {
  ownerId: string
  /** `conversation:{id}`, `day:2026-11-21`, `month:2026-11`. */
  scope: string
  /** In pico-dollars; read them as text, since they may exceed 2^53. */
  spentPicos: bigint
  spentTokens: number
  /** Reserved for running generations. */
  reservedPicos: bigint
  reservedTokens: number
}

/** Counts and sums of a day's generations. `rollups.ts` has their columns. */
export interface UsageRollupRow {
  ownerId: string
  /** Empty in the row of all conversations together. */
  conversationId: string
  /** Days since 1970-01-01 in the person's time zone. */
  day: number
  providerId: string
  model: string
  /** Empty without a price. */
  currency: string
}

/** A server process. Generations of an instance without a heartbeat are ended as interrupted. */
export interface InstanceRow {
  id: string
  /** Identifies its secret without revealing it. */
  secretMark: string | null
  startedAt: number
  heartbeatAt: number
}

/** An owner of rows. */
export interface OwnerRow {
  id: string
  /** `single`: the shared history of local and password mode. `visitor`: one browser in open mode. */
  kind: 'single' | 'visitor'
  createdAt: number
}

/** A browser's session. */
export interface SessionRow {
  id: string
  ownerId: string
  /** SHA-256 of the cookie's token, so that a copy of the database can't sign anyone in. */
  tokenHash: string
  /** Identifies the password of the sign-in without revealing it. Null for a visitor. */
  passwordMark: string | null
  createdAt: number
  /** When the browser first sent the token back. */
  confirmedAt: number | null
  /** Written at most once an hour. */
  lastUsedAt: number | null
  expiresAt: number
  /** An ended session stays until it expires, so that the cookie of an earlier version can't start it again. */
  endedAt: number | null
}
