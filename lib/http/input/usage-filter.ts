import 'server-only'
import type { UsageFilter } from '@/lib/database/billing/usage'
import type { Settings } from '@/lib/protocol/api'
import { dayOf } from '@/lib/protocol/billing/days'
import type { Rate } from '@/lib/protocol/billing/money'
import type { UsageQuery } from '@/lib/protocol/requests/usage'
import { badRequest } from '@/lib/refused'

const DEFAULT_DAYS = 30
/** Ten years. */
const MAX_DAYS = 3660

export const CONVERSATIONS_PER_PAGE = 10

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
