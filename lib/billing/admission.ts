import 'server-only'
import { type Amounts, type Booking, nothing, type Reservation, spendingIn } from '@/lib/database/billing/spending'
import type { Problem } from '@/lib/protocol/events'
import { Refused } from '@/lib/refused'
import type { Count } from '@/lib/tokens/tokenizers'
import { type Account, scopesOf } from './account'
import {
  type Cap,
  capsOf,
  inWords,
  lengthToAskFor,
  limitsOf,
  nameOf,
  type SetLength,
  sentenceOf,
  type Verdict,
  verdictOn,
} from './budget-limits'
import { reservedFor } from './max-cost'

/** A generation that wants to start. */
interface Candidate {
  conversationId: string
  at: number
  /** What the provider calls the model. */
  model: string
  /** Counts the longest prompt that the model would be sent. */
  countPrompt(): Promise<Count>
  length: SetLength
}

/** How a generation may start. */
export interface Admission {
  booking: Booking
  /** What to reserve in the transaction of the start; null without budgets. */
  reservation: Reservation | null
  /** The longest answer that the budgets were asked for. */
  maxTokens: number | undefined
  /** Counted only if there is a budget. */
  prompt: Count | null
  caps: Cap[]
  /** The error for a start that the database refused. */
  refusal(): Promise<Refused>
}

/**
 * Works out the maximum cost of a generation, and where to reserve it. Without budgets, nothing is counted.
 * @throws {Refused} 402 when a budget clearly doesn't allow it.
 */
export async function admissionOf(account: Account, candidate: Candidate): Promise<Admission> {
  const { ownerId, rate, timeZone } = account
  const scopes = scopesOf(timeZone, candidate.conversationId, candidate.at)
  const caps = capsOf(account, scopes)
  const booking = { model: candidate.model, scopes, held: [], reserved: nothing, rate }
  if (caps.length === 0) {
    const refusal = async () => new Refused(402, { kind: 'budget', message: 'A budget doesn’t allow this.' })
    return { booking, reservation: null, maxTokens: candidate.length.maxTokens, prompt: null, caps, refusal }
  }
  const prompt = await candidate.countPrompt()
  const promptTokens = prompt.tokens
  const maxTokens = lengthToAskFor(account, caps, promptTokens, candidate.length)
  const lengths = { promptTokens, maxTokens }
  for (const cap of caps.filter((each) => each.scope === null || needsPrice(account, each))) {
    const verdict = verdictOn(cap, undefined, account, lengths)
    if (!verdict.fits) throw refusalOf(account, verdict)
  }
  const limits = limitsOf(caps, scopes)
  const reserved = limits.length > 0 ? reservedFor(account, promptTokens, maxTokens) : nothing
  return {
    booking: { ...booking, reserved, held: limits.map(({ scope }) => scope) },
    reservation: limits.length > 0 ? { ownerId, amounts: reserved, limits } : null,
    maxTokens,
    prompt,
    caps,
    refusal: async () => refusalOf(account, await tightest(account, caps, lengths)),
  }
}

/** The longest reply that a generation could ask for now, and whether it fits. Reserves nothing. */
export async function fitNow(
  account: Account,
  { conversationId, at, countPrompt, length }: Omit<Candidate, 'model'>,
): Promise<{ fits: boolean; maxTokens: number | undefined }> {
  const caps = capsOf(account, scopesOf(account.timeZone, conversationId, at))
  if (caps.length === 0) return { fits: true, maxTokens: length.maxTokens }
  const { tokens: promptTokens } = await countPrompt()
  const maxTokens = lengthToAskFor(account, caps, promptTokens, length)
  const { fits } = await tightest(account, caps, { promptTokens, maxTokens })
  return { fits, maxTokens }
}

/** The cap that doesn't allow a generation, or else the one with the smallest share left. */
export async function tightest(
  account: Account,
  caps: Cap[],
  lengths: { promptTokens: number; maxTokens: number },
  own = nothing,
): Promise<Verdict> {
  const spending = await spendingIn(
    account.ownerId,
    caps.flatMap(({ scope }) => scope ?? []),
  )
  const verdicts = caps.map((cap) =>
    verdictOn(cap, cap.scope === null ? { spent: nothing, reserved: own } : spending.get(cap.scope), account, lengths),
  )
  return verdicts.reduce((one, other) => (isTighter(other, one) ? other : one))
}

function isTighter(one: Verdict, other: Verdict): boolean {
  if (one.fits !== other.fits) return !one.fits
  if (!one.fits) return (one.lowerMaxTokens ?? 0) < (other.lowerMaxTokens ?? 0)
  // Compare the shares of the caps that are left.
  return one.left * (other.cap.most ?? 0n) < other.left * (one.cap.most ?? 0n)
}

/** The problem that ends a reply once it has used up a budget. `reserved` is its own reservation. */
export async function reachedOf(account: Account, caps: Cap[], reserved: Amounts): Promise<Problem> {
  const one = { promptTokens: 0, maxTokens: 1 }
  const [first] = caps
  // Name a budget even if the database is unreachable.
  const verdict = await tightest(account, caps, one, reserved).catch(() => null)
  const budget = verdict?.cap.budget ?? first?.budget
  const name = budget ? nameOf(budget) : ''
  // A cheaper model would need as many tokens.
  const ways = budget?.measure === 'cost' ? ', or continue with a cheaper model' : ' to go on'
  return {
    kind: 'budget',
    message: `Budget reached: ${name}. What arrived so far has been saved. Raise the budget in Settings${ways}.`,
    retryable: false,
  }
}

/** Whether a cap can't be checked because the model's price, or the cap's exchange rate, is unknown. */
function needsPrice({ price, rate }: Account, { budget, most }: Cap): boolean {
  if (budget.measure === 'tokens') return false
  return most === null || price === null || (price.currency !== 'USD' && price.currency !== rate.currency)
}

/** Why a cap can't be checked; null if it can. */
export function unknownOf(account: Account, cap: Cap): string | null {
  return needsPrice(account, cap) ? unpricedWords(account, cap) : null
}

/** The error for a generation that a cap doesn't allow. */
export function refusalOf(account: Account, verdict: Verdict): Refused {
  const message = unknownOf(account, verdict.cap) ?? overWords(account, verdict)
  const { lowerMaxTokens } = verdict
  return new Refused(402, {
    kind: 'budget',
    message,
    ...(lowerMaxTokens === null ? {} : { lowerMaxTokens }),
  })
}

function unpricedWords({ price, rate }: Account, { budget, most }: Cap): string {
  const name = sentenceOf(budget)
  if (most === null)
    return `${name}, and Rill has no exchange rate for ${budget.currency}. Set the budget again in Settings, or choose ${budget.currency} as your currency there.`
  if (price === null)
    return `${name}, but this model has no price set. Set its price in Settings (0 if it’s free), or choose another model.`
  return `${name}, but this model is priced in ${price.currency}, and Rill has no exchange rate for it. Set its price in USD or ${rate.currency} in Settings, or choose another model.`
}

function overWords({ rate }: Account, { cap, left, fits, lowerMaxTokens }: Verdict): string {
  const name = sentenceOf(cap.budget)
  if (fits)
    return `${name}, and the rest of it was reserved for another reply just then. It fits now, so send your message again.`
  const remains = `${name}, with ${left === 0n ? 'nothing' : inWords(cap.budget, left, rate)} left`
  // A cheaper model would need as many tokens, and with nothing left, only a free model fits.
  const model = cap.budget.measure === 'tokens' ? null : left === 0n ? 'choose a free model' : 'choose a cheaper model'
  const raise = 'raise the budget in Settings'
  if (lowerMaxTokens === null) {
    const ways = model === null ? 'Raise the budget in Settings' : `Raise the budget in Settings, or ${model}`
    return `${remains}. ${left === 0n ? '' : 'Even a short reply won’t fit. '}${ways}.`
  }
  const tokens = lowerMaxTokens.toLocaleString('en')
  const limit = `Limit the reply to ${tokens} ${lowerMaxTokens === 1 ? 'token' : 'tokens'}`
  return `${remains}. ${model === null ? `${limit}, or ${raise}` : `${limit}, ${raise}, or ${model}`}.`
}
