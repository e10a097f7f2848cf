import 'server-only'
import { z } from 'zod'
import type { UsageFilter } from '@/lib/database/billing/usage'
import type { Settings } from '@/lib/protocol/api'
import { dayOf, dayOfIso } from '@/lib/protocol/billing/days'
import type { Rate } from '@/lib/protocol/billing/money'
import { badRequest } from '@/lib/refused'
import { key } from './fields'

const DEFAULT_DAYS = 30
/** Ten years. */
const MAX_DAYS = 3660

const day = key.transform((text, context) => {
  const found = dayOfIso(text)
  if (found !== null) return found
  context.addIssue('isn’t a date, e.g. 2026-07-02')
  return z.NEVER
})

export const CONVERSATIONS_PER_PAGE = 10

/** The query parameters of every usage endpoint. */
export const usageQuery = {
  from: day.optional(),
  to: day.optional(),
  model: key.max(300).optional(),
  provider: key.max(300).optional(),
  conversation: key.max(64).optional(),
}
type UsageQuery = z.infer<z.ZodObject<typeof usageQuery>>

/** Whose usage of which days; by default the last thirty. @throws {Refused} 400 for an invalid range. */
export function usageFilter(ownerId: string, query: UsageQuery, { timeZone }: Pick<Settings, 'timeZone'>): UsageFilter {
  const to = query.to ?? dayOf(Date.now(), timeZone)
  const from = query.from ?? to - DEFAULT_DAYS + 1
  if (from > to) throw badRequest('from', 'from: is later than the last day')
  if (to - from >= MAX_DAYS) throw badRequest('from', 'from: a range may have ten years. Choose a later first day')
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

/** The exchange rate in a person's settings. */
export function rateOf({ currency, exchangeRate }: Settings): Rate {
  return { currency, perDollar: exchangeRate }
}
