import { dayOf, isoOfDay } from '@/lib/protocol/billing/days'

export const ranges = {
  '7': 'Last 7 days',
  '30': 'Last 30 days',
  '90': 'Last 90 days',
  month: 'This month',
  custom: 'Custom',
}
export type Range = keyof typeof ranges

/** The chosen days and filters. An empty string filters nothing. */
export interface UsageFilters {
  range: Range
  from: string
  to: string
  model: string
  provider: string
  /** A conversation id. */
  conversation: string
}

export function defaultFilters(timeZone: string): UsageFilters {
  return { range: '30', ...daysInRange('30', timeZone), model: '', provider: '', conversation: '' }
}

/** The first and the last day of a range that ends today. */
export function daysInRange(range: Exclude<Range, 'custom'>, timeZone: string): { from: string; to: string } {
  const today = dayOf(Date.now(), timeZone)
  const to = isoOfDay(today)
  return { from: range === 'month' ? `${to.slice(0, 7)}-01` : isoOfDay(today - Number(range) + 1), to }
}

export function toQueryString(
  { from, to, model, provider, conversation }: UsageFilters,
  extra: Record<string, string> = {},
): string {
  const query = new URLSearchParams({ from, to, ...extra })
  if (model) query.set('model', model)
  if (provider) query.set('provider', provider)
  if (conversation) query.set('conversation', conversation)
  return query.toString()
}

export function isFiltered({ model, provider, conversation }: UsageFilters): boolean {
  return Boolean(model || provider || conversation)
}

/** The message for an invalid range; null if it is valid. */
export function rangeProblem({ from, to }: UsageFilters): string | null {
  if (!from || !to) return 'Choose a start and an end date.'
  return from > to ? 'The start date is after the end date.' : null
}
