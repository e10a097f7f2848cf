import 'server-only'
import { mode } from '@/lib/accounts/mode'
import { config } from '@/lib/config'
import {
  type Amounts,
  type Hold,
  MAX_PICOS,
  SERVER,
  SERVER_SCOPE,
  type ServerReservationRecord,
  spendingIn,
  zero,
} from '@/lib/database/billing/spending'
import { dayOf, isoOfDay } from '@/lib/protocol/billing/days'
import { amountOf, dollarsOf, type Rate } from '@/lib/protocol/billing/money'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'
import { Refused } from '@/lib/refused'
import type { Count } from '@/lib/tokens/tokenizers'
import type { Account } from './account'
import { costOf } from './cost'
import { amountsAtMost, sensibleLength } from './max-cost'
import { priceOf } from './prices'

const DAY_MS = 86_400_000

/** A generation that wants to start on the operator's own upstream. */
interface Candidate {
  baseUrl: string
  /** What the provider calls the model. */
  model: string
  /** Counts the longest prompt that the model would be sent. */
  countPrompt(): Promise<Count>
  maxTokens: number | undefined
  at: number
}

/** What one generation holds of the operator's daily budget. */
interface ServerReservation {
  record: ServerReservationRecord
  hold: Hold
  maxTokens: number
}

/**
 * Works out what to reserve of `RILL_BUDGET_PER_DAY` (days are UTC); null without such a budget.
 * @throws {Refused} 402 for a model without a known price in dollars: an unknown price isn't free.
 */
export async function reserveOfServer(account: Account, candidate: Candidate): Promise<ServerReservation | null> {
  const most = config().budgetPerDay
  if (most === null) return null
  const price = serverPrice(account, candidate)
  const { tokens: promptTokens } = await candidate.countPrompt()
  const maxTokens = candidate.maxTokens ?? sensibleLength(price, promptTokens)
  const { picos } = amountsAtMost({ ...account, price }, promptTokens, maxTokens)
  if (price === null || picos === null)
    throw new Refused(402, { kind: 'budget', message: price ? unconvertible(price) : unpriced })
  const scope = `${SERVER_SCOPE}day:${isoOfDay(dayOf(candidate.at, 'UTC'))}`
  const limits = [{ scope, picos: most, tokens: null }]
  const hold = { ownerId: SERVER, amounts: { picos, tokens: 0n }, limits }
  return { record: { scope, picos, price }, hold, maxTokens }
}

/** Why the budget has no room for a generation now; null if it has. Reserves nothing. */
export async function serverRefusalOf(account: Account, candidate: Candidate): Promise<Refused | null> {
  try {
    const reservation = await reserveOfServer(account, candidate)
    if (reservation === null) return null
    const { ownerId, amounts, limits } = reservation.hold
    const standing = await spendingIn(
      ownerId,
      limits.map(({ scope }) => scope),
    )
    const fits = limits.every(({ scope, picos: most }) => {
      const { spent, reserved } = standing.get(scope) ?? { spent: zero, reserved: zero }
      return most === null || amounts.picos === 0n || spent.picos + reserved.picos + amounts.picos <= most
    })
    return fits ? null : serverBudgetReached()
  } catch (error) {
    if (error instanceof Refused) return error
    throw error
  }
}

const unpriced =
  'This server has a budget for its models, and this one has no price set. Choose another model, or add your own provider in Settings.'

function unconvertible({ currency }: Price): string {
  return `This server’s budget is in dollars, but this model is priced in ${currency}, and Rill has no exchange rate for it. Choose ${currency} as your currency in Settings, or choose another model.`
}

/** The refusal of a generation that the budget has no room for. */
export function serverBudgetReached(): Refused {
  const budget = `$${amountOf(config().budgetPerDay ?? 0n)}`
  const seconds = Math.ceil((DAY_MS - (Date.now() % DAY_MS)) / 1000)
  return new Refused(
    402,
    {
      kind: 'budget',
      message: `This could go over this server’s budget of ${budget} a day. Ask for a shorter reply, wait until midnight UTC, or add your own provider in Settings.`,
    },
    { 'Retry-After': String(seconds) },
  )
}

/** The cost of usage in the operator's budget, at the exchange rate of the reservation. */
export function serverSpending({ price, picos: reserved }: ServerReservationRecord, usage: Usage, rate: Rate): Amounts {
  const picos = dollarsOf(costOf(usage, price), rate) ?? reserved
  return {
    picos: picos > MAX_PICOS ? MAX_PICOS : picos,
    tokens: BigInt(usage.promptTokens + usage.completionTokens),
  }
}

/** In open mode, people's own prices can't decide how the operator's money is spent. */
function serverPrice(account: Account, { baseUrl, model }: Candidate): Price | null {
  return mode() === 'open' ? priceOf({ baseUrl, model, free: false }, []) : account.price
}
