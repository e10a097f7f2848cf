import { formatSeconds } from '@/components/ui/elapsed-seconds'
import { dayOfIso, isoOfDay } from '@/lib/protocol/billing/days'
import type { DayUsage, Figures } from '@/lib/protocol/billing/usage'
import { quantile, speedBounds, waitBounds } from '@/lib/protocol/billing/usage'

/** Longer ranges are shown by month. */
const MAX_DAYS = 92

export function totalTokens({ promptTokens, completionTokens }: Figures): number {
  return promptTokens + completionTokens
}

/** `1.2M`, `940` */
export function formatCompact(value: number): string {
  return new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

/** `1 reply`, `1,200 replies` */
export function formatReplies(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? 'reply' : 'replies'}`
}

/** `96.4%`, or `–` if there are none. */
export function formatShare(count: number, total: number): string {
  return total === 0
    ? '–'
    : new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(count / total)
}

/** A quantile of the times to first token, by default the median. Approximate, because roll-ups only have buckets. */
export function formatWait(waits: number[], fraction = 0.5): string {
  const ms = quantile(waits, waitBounds, fraction)
  return ms === null ? '–' : ms < 1000 ? `${Math.round(ms / 10) * 10} ms` : formatSeconds(ms)
}

/** A quantile of the speeds, by default the median: `48/s`. */
export function formatSpeed(speeds: number[], fraction = 0.5): string {
  const speed = quantile(speeds, speedBounds, fraction)
  return speed === null ? '–' : `${Math.round(speed)}/s`
}

/** A day or a month, and its usage. */
export interface Period {
  key: string
  /** Short, for the axis. */
  label: string
  name: string
  /** Null when nothing was used. */
  figures: Figures | null
}

/** Every day of a range, or every month of a long one. Dates are ISO days. */
export function periodsBetween(from: string, to: string, days: DayUsage[]): Period[] {
  const first = dayOfIso(from) ?? 0
  const last = dayOfIso(to) ?? first
  const all = Array.from({ length: last - first + 1 }, (_, index) => isoOfDay(first + index))
  if (all.length > MAX_DAYS) return monthlyPeriods(all, days)
  const byDay = new Map(days.map((each) => [each.day, each]))
  return all.map((day) => ({
    key: day,
    label: formatDate(day, { day: 'numeric', month: 'short' }),
    name: formatDate(day, { weekday: 'short', day: 'numeric', month: 'long' }),
    figures: byDay.get(day) ?? null,
  }))
}

function monthlyPeriods(all: string[], days: DayUsage[]): Period[] {
  return [...new Set(all.map((day) => day.slice(0, 7)))].map((month) => {
    const monthDays = days.filter(({ day }) => day.startsWith(month))
    return {
      key: month,
      label: formatDate(`${month}-01`, { month: 'short', year: '2-digit' }),
      name: formatDate(`${month}-01`, { month: 'long', year: 'numeric' }),
      figures: monthDays.length === 0 ? null : monthDays.reduce<Figures>(addFigures, noUsage),
    }
  })
}

const noUsage: Figures = {
  generations: 0,
  completed: 0,
  stopped: 0,
  interrupted: 0,
  failed: 0,
  retried: 0,
  attempts: 0,
  estimated: 0,
  unpriced: 0,
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
  cost: [],
}

function addFigures(a: Figures, b: Figures): Figures {
  return {
    generations: a.generations + b.generations,
    completed: a.completed + b.completed,
    stopped: a.stopped + b.stopped,
    interrupted: a.interrupted + b.interrupted,
    failed: a.failed + b.failed,
    retried: a.retried + b.retried,
    attempts: a.attempts + b.attempts,
    estimated: a.estimated + b.estimated,
    unpriced: a.unpriced + b.unpriced,
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    // May list a currency twice; formatting a cost sums them.
    cost: [...a.cost, ...b.cost],
  }
}

function formatDate(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`))
}
