import 'server-only'
import { z } from 'zod'
import type { UsageFilter } from '@/lib/database/billing/usage'
import type { Settings } from '@/lib/protocol/api'
import { dayOf, dayOfIso } from '@/lib/protocol/billing/days'
import type { Rate } from '@/lib/protocol/billing/money'
import { badRequest } from '@/lib/refused'
import { key } from './fields'

const DAYS_BY_DEFAULT = 30
/** Ten years. */
const DAYS_AT_MOST = 3660

const day = key.transform((text, context) => {
  const found = dayOfIso(text)
  if (found !== null) return found
  context.addIssue('isn’t a date, e.g. 2026-07-02')
  return z.NEVER
})

export const CONVERSATIONS_A_PAGE = 10

/** What every call about usage takes. */
export const usageQuery = {
  from: day.optional(),
  to: day.optional(),
  model: key.max(300).optional(),
  provider: key.max(300).optional(),
  conversation: key.max(64).optional(),
}
type UsageQuery = z.infer<z.ZodObject<typeof usageQuery>>

/** Whose usage, and of which days: the last thirty when none are named. @throws {Refused} 400 for a range that is none. */
export function usageFilter(ownerId: string, query: UsageQuery, { timeZone }: Pick<Settings, 'timeZone'>): UsageFilter {
  const to = query.to ?? dayOf(Date.now(), timeZone)
  const from = query.from ?? to - DAYS_BY_DEFAULT + 1
  if (from > to) throw badRequest('from', 'from: is later than the last day')
  if (to - from >= DAYS_AT_MOST) throw badRequest('from', 'from: a range may have ten years. Choose a later first day')
  const { model, provider, conversation } = query
  return {
    ownerId,
    from,
    to,
    model: model || undefined,
    provider: provider || undefined,
    conversation: conversation || undefined,
  }
}

/** The rate that a person has set. */
export function rateOf({ currency, exchangeRate }: Settings): Rate {
  return { currency, perDollar: exchangeRate }
}
