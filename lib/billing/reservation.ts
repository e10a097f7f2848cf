import 'server-only'
import {
  type Hold,
  minus,
  OverLimit,
  type ReservationRecord,
  SERVER_SCOPE,
  zero,
} from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import type { Bill } from '@/lib/database/generations/checkpoints'
import { extendReservation } from '@/lib/database/generations/starts'
import type { GenerationRow } from '@/lib/database/schema'
import { log } from '@/lib/log'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Problem, Usage } from '@/lib/protocol/events'
import { Refused } from '@/lib/refused'
import type { Count } from '@/lib/tokens/tokenizers'
import { type Account, scopesOf } from './account'
import { billOf, fullBill } from './bill'
import {
  type BudgetLimit,
  budgetLimitsOf,
  checkLimit,
  lengthToRequest,
  mostRestrictive,
  type SetLength,
  scopeLimitsOf,
} from './budget-limits'
import { budgetReachedProblem, refusalOf, uncheckableReason } from './budget-refusals'
import { reservedFor } from './max-cost'
import type { Meter } from './meter'
import { reserveOfServer, serverBudgetReached } from './server-budget'

/** How many tokens more than a running reply needs are reserved at a time. */
const STEP_TOKENS = 256

/** A generation that is to start. */
interface Candidate {
  generation: Pick<GenerationRow, 'id' | 'instanceId' | 'conversationId' | 'startedAt'>
  /** What the provider calls the model. */
  model: string
  /** Counts the longest prompt that the model would be sent. Only called when there is a budget. */
  countPrompt(): Promise<Count>
  length: SetLength
  /** The base URL of the operator's own upstream; null for a person's own provider. */
  serverBaseUrl: string | null
}

/**
 * Works out the maximum cost of a generation, and what to hold for it: the start writes the holds in its transaction.
 * @throws {Refused} 402 when a budget clearly doesn't allow the generation, or can't be checked.
 */
export async function reserve(account: Account, candidate: Candidate): Promise<Reservation> {
  const { generation, model, countPrompt, length, serverBaseUrl } = candidate
  const scopes = scopesOf(account.timeZone, generation.conversationId, generation.startedAt)
  const limits = budgetLimitsOf(account, scopes)
  const own = await reserveOwn(account, limits, scopes, countPrompt, length)
  const server =
    serverBaseUrl === null
      ? null
      : await reserveOfServer(account, {
          baseUrl: serverBaseUrl,
          model,
          countPrompt,
          maxTokens: own.maxTokens,
          at: generation.startedAt,
        })
  const { hold, promptTokens } = own
  const record = {
    model,
    scopes,
    held: hold ? hold.limits.map(({ scope }) => scope) : [],
    reserved: hold?.amounts ?? zero,
    rate: account.rate,
    server: server?.record,
  }
  const holds = [hold, server?.hold].flatMap((each) => each ?? [])
  const maxTokens = server?.maxTokens ?? own.maxTokens
  return new Reservation({ account, generation, limits, record, holds, promptTokens, maxTokens })
}

/** What to hold in the person's own budgets. Without a budget, nothing is counted and nothing held. */
async function reserveOwn(
  account: Account,
  limits: BudgetLimit[],
  scopes: string[],
  countPrompt: Candidate['countPrompt'],
  length: SetLength,
): Promise<{ hold: Hold | null; promptTokens: number | null; maxTokens: number | undefined }> {
  if (limits.length === 0) return { hold: null, promptTokens: null, maxTokens: length.maxTokens }
  const { tokens: promptTokens } = await countPrompt()
  const maxTokens = lengthToRequest(account, limits, promptTokens, length)
  for (const limit of limits.filter((each) => each.scope === null || uncheckableReason(account, each) !== null)) {
    const check = checkLimit(limit, undefined, account, { promptTokens, maxTokens })
    if (!check.fits) throw refusalOf(account, check)
  }
  const scopeLimits = scopeLimitsOf(limits, scopes)
  if (scopeLimits.length === 0) return { hold: null, promptTokens, maxTokens }
  const amounts = reservedFor(account, promptTokens, maxTokens)
  return { hold: { ownerId: account.ownerId, amounts, limits: scopeLimits }, promptTokens, maxTokens }
}

interface Terms {
  account: Account
  generation: Candidate['generation']
  limits: BudgetLimit[]
  record: ReservationRecord
  holds: Hold[]
  /** Null when there is no budget to count for. */
  promptTokens: number | null
  maxTokens: number | undefined
}

/** What one generation may spend: reserved before it starts, extended while it runs, captured or released at its end. */
export class Reservation {
  /** What the start's transaction holds in each budget. */
  readonly holds: Hold[]
  /** As the generation's row stores it. */
  readonly record: ReservationRecord
  readonly price: Price | null
  /** The longest reply to request; undefined leaves it to the provider. */
  readonly maxTokens: number | undefined
  readonly #terms: Terms
  /** How many tokens of the reply are reserved; null when the person has no budget. */
  #reservedTokens: number | null
  #isExtending = false

  constructor(terms: Terms) {
    this.#terms = terms
    this.holds = terms.holds
    this.record = terms.record
    this.price = terms.account.price
    this.maxTokens = terms.maxTokens
    this.#reservedTokens = terms.promptTokens === null ? null : (terms.maxTokens ?? null)
  }

  /** Whether a budget limits the reply, so that its tokens have to be counted while it runs. */
  get isLimited(): boolean {
    return this.#reservedTokens !== null
  }

  /** Whether everything that has arrived is within the reservation. */
  covers(meter: Meter): boolean {
    return this.#reservedTokens === null || meter.past(this.#reservedTokens) === 0
  }

  /**
   * Extends the reservation to cover everything that has arrived. False when a budget has no room for it. An upstream may
   * count differently from Rill, so a reply within its limit may still exceed what was reserved.
   */
  async extend(meter: Meter): Promise<boolean> {
    if (this.#reservedTokens === null || this.#isExtending || this.covers(meter)) return true
    this.#isExtending = true
    try {
      // A step ahead if there is room, or else just what is needed.
      for (const ahead of [STEP_TOKENS, 0]) {
        const past = meter.past(this.#reservedTokens)
        if (past === 0 || (await this.#extendBy(past + ahead, this.#reservedTokens))) return true
      }
      return false
    } finally {
      this.#isExtending = false
    }
  }

  /** The problem that ends a reply which has used up a budget. */
  async reached(): Promise<Problem> {
    const { account, limits, promptTokens } = this.#terms
    return await budgetReachedProblem(
      account,
      limits,
      reservedFor(account, promptTokens ?? 0, this.#reservedTokens ?? 0),
    )
  }

  /** The error for a start that the database had no room for. */
  async refusal({ scope }: OverLimit): Promise<Refused> {
    if (scope.startsWith(SERVER_SCOPE)) return serverBudgetReached()
    const { account, limits, promptTokens, maxTokens } = this.#terms
    if (promptTokens === null || maxTokens === undefined)
      return new Refused(402, { kind: 'budget', message: 'A budget doesn’t allow this.' })
    return refusalOf(account, await mostRestrictive(account, limits, { promptTokens, maxTokens }))
  }

  /** The bill for what the generation used. Saving it releases the rest. */
  capture(usage: Usage, attempts: number): Bill {
    return billOf(this.record, this.price, usage, attempts)
  }

  /** The bill for a generation whose usage can't be counted: the whole reservation. */
  captureAll(attempts: number): Bill {
    return fullBill(this.record, attempts)
  }

  /** The bill for a generation that used nothing. Saving it releases the whole reservation. */
  release(attempts: number): Bill {
    return billOf(this.record, this.price, null, attempts)
  }

  async #extendBy(tokens: number, reservedTokens: number): Promise<boolean> {
    const { account, limits, generation, record } = this.#terms
    const promptTokens = this.#terms.promptTokens ?? 0
    const maxTokens = reservedTokens + tokens
    const perReply = limits.filter(({ scope }) => scope === null)
    if (!perReply.every((limit) => checkLimit(limit, undefined, account, { promptTokens, maxTokens }).fits))
      return false
    const reserved = reservedFor(account, promptTokens, maxTokens)
    const amounts = minus(reserved, reservedFor(account, promptTokens, reservedTokens))
    const hold = { ownerId: account.ownerId, amounts, limits: scopeLimitsOf(limits, record.scopes) }
    try {
      if (hold.limits.length > 0) await extendReservation(database(), generation, { ...record, reserved }, hold)
    } catch (error) {
      if (!(error instanceof OverLimit))
        log().error({ generationId: generation.id, error }, 'couldn’t reserve more for a reply')
      return false
    }
    this.#reservedTokens = maxTokens
    return true
  }
}
