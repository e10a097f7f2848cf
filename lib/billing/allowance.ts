import 'server-only'
import { type Booking, minus, OverLimit } from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import { extendReservation } from '@/lib/database/generations'
import type { GenerationRow } from '@/lib/database/schema'
import { log } from '@/lib/log'
import type { Problem } from '@/lib/protocol/events'
import type { Account } from './account'
import { reachedOf } from './admission'
import { type Cap, limitsOf, verdictOn } from './budget-limits'
import { reservedFor } from './max-cost'
import type { Meter } from './meter'

/** So many tokens more than a running answer has come to are set aside at a time. */
const STEP_TOKENS = 256

/** What a running answer is charged by. */
interface Terms {
  account: Account
  caps: Cap[]
  generation: Pick<GenerationRow, 'id' | 'instanceId'>
  booking: Booking
  promptTokens: number
}

/**
 * What the budgets allow of a running answer: what was set aside for it at its start, and more for as long as they have
 * any. An upstream may count otherwise than Rill does, so an answer may be within its limit and past what was set aside.
 */
export class Allowance {
  readonly #terms: Terms
  #maxTokens: number
  #asking = false

  constructor(terms: Terms, maxTokens: number) {
    this.#terms = terms
    this.#maxTokens = maxTokens
  }

  /** Whether what has come is within what was set aside. */
  covers(meter: Meter): boolean {
    return meter.past(this.#maxTokens) === 0
  }

  /** Whether what has come may stand. What is past the allowance is set aside first; false when no budget has it. */
  async allows(meter: Meter): Promise<boolean> {
    if (this.#asking || this.covers(meter)) return true
    this.#asking = true
    try {
      // Where less than a step is left, no more than is needed.
      for (const ahead of [STEP_TOKENS, 0]) {
        const past = meter.past(this.#maxTokens)
        if (past === 0 || (await this.#extend(past + ahead))) return true
      }
      return false
    } finally {
      this.#asking = false
    }
  }

  /** Says that a budget is used up. */
  async reached(): Promise<Problem> {
    const { account, caps, promptTokens } = this.#terms
    return await reachedOf(account, caps, reservedFor(account, promptTokens, this.#maxTokens))
  }

  /** Sets more tokens aside; false when a budget does not have them, or cannot be asked. */
  async #extend(by: number): Promise<boolean> {
    const { account, caps, generation, booking, promptTokens } = this.#terms
    const maxTokens = this.#maxTokens + by
    const each = caps.filter(({ scope }) => scope === null)
    if (!each.every((cap) => verdictOn(cap, undefined, account, { promptTokens, maxTokens }).fits)) return false
    const limits = limitsOf(caps, booking.scopes)
    const reserved = reservedFor(account, promptTokens, maxTokens)
    const amounts = minus(reserved, reservedFor(account, promptTokens, this.#maxTokens))
    try {
      if (limits.length > 0)
        await extendReservation(
          database(),
          generation,
          { ...booking, reserved },
          { ownerId: account.ownerId, amounts, limits },
        )
    } catch (error) {
      if (!(error instanceof OverLimit))
        log().error({ generationId: generation.id, error }, 'couldn’t reserve more for a reply')
      return false
    }
    this.#maxTokens = maxTokens
    return true
  }
}
