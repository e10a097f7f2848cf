import { dayOf, isoOfDay } from '@/lib/protocol/billing/days'

export const ranges = {
  '7': 'Last 7 days',
  '30': 'Last 30 days',
  '90': 'Last 90 days',
  month: 'This month',
  custom: 'Custom',
}
export type Range = keyof typeof ranges

/** What the person wants to see. Empty texts are no filter. */
export interface Wanted {
  range: Range
  from: string
  to: string
  model: string
  provider: string
  /** An id. */
  conversation: string
}

/** The last thirty days. */
export function wantedAtFirst(timeZone: string): Wanted {
  return { range: '30', ...daysOf('30', timeZone), model: '', provider: '', conversation: '' }
}

/** First and last day of a range that ends today. */
export function daysOf(range: Exclude<Range, 'custom'>, timeZone: string): { from: string; to: string } {
  const today = dayOf(Date.now(), timeZone)
  const to = isoOfDay(today)
  return { from: range === 'month' ? `${to.slice(0, 7)}-01` : isoOfDay(today - Number(range) + 1), to }
}

/** The query string that says so. */
export function queryOf(
  { from, to, model, provider, conversation }: Wanted,
  more: Record<string, string> = {},
): string {
  const query = new URLSearchParams({ from, to, ...more })
  if (model) query.set('model', model)
  if (provider) query.set('provider', provider)
  if (conversation) query.set('conversation', conversation)
  return query.toString()
}

/** Whether only a part of what was used is wanted. */
export function isFiltered({ model, provider, conversation }: Wanted): boolean {
  return Boolean(model || provider || conversation)
}

/** Why a range cannot be shown; null when it can. */
export function rangeProblem({ from, to }: Wanted): string | null {
  if (!from || !to) return 'Choose a start and an end date.'
  return from > to ? 'The start date is after the end date.' : null
}
