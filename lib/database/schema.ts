import 'server-only'

/**
 * The tables. Portable between SQLite and Postgres: ids are UUIDv7 text, times epoch milliseconds in bigint, JSON is
 * text that is parsed by zod on the way in. Every row that belongs to a person carries `ownerId`.
 */
export interface Tables {
  conversations: ConversationRow
  messages: MessageRow
  generations: GenerationRow
  generationPieces: GenerationPieceRow
  providers: ProviderRow
  capabilities: CapabilitiesRow
  settings: SettingsRow
  prices: PriceRow
  budgets: BudgetsRow
  spending: SpendingRow
  instances: InstanceRow
}

export interface ConversationRow {
  id: string
  ownerId: string
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
  /** JSON: `Booking`. Where it is booked, and what is set aside for it until it ends. */
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
  /** JSON of `{apiKey, headers}`, sealed with AES-256-GCM. */
  sealed: string
  /** How long its models may be silent, when the person says so. */
  firstTokenTimeoutMs: number | null
  idleTimeoutMs: number | null
  createdAt: number
}

export interface CapabilitiesRow {
  providerId: string
  /** JSON: `Capabilities`. */
  capabilities: string
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
}

export interface BudgetsRow {
  ownerId: string
  /** JSON: `Budget[]`. */
  budgets: string
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

/** A running server process. Generations of an instance without a heartbeat are interrupted. */
export interface InstanceRow {
  id: string
  /** Tells which secret it has, without telling it. */
  secretMark: string | null
  startedAt: number
  heartbeatAt: number
}
