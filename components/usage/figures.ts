import { formatSeconds } from '@/components/ui/elapsed-seconds'
import { dayOfIso, isoOfDay } from '@/lib/protocol/billing/days'
import type { DayUsage, Figures } from '@/lib/protocol/billing/usage'
import { quantile, speedBounds, waitBounds } from '@/lib/protocol/billing/usage'

/** More days than this are shown as months. */
const DAYS_SHOWN = 92

export function tokensOf({ promptTokens, completionTokens }: Figures): number {
  return promptTokens + completionTokens
}

/** `1.2M`, `940`. */
export function shortNumber(value: number): string {
  return new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

/** `1 reply`, `1,200 replies`. */
export function replies(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? 'reply' : 'replies'}`
}

/** A share in words: `96.4 %`, and `–` of nothing. */
export function shareWords(part: number, all: number): string {
  return all === 0
    ? '–'
    : new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 }).format(part / all)
}

/** The time below which half of all first tokens came; about, since roll-ups know buckets only. */
export function waitWords(waits: number[], share = 0.5): string {
  const ms = quantile(waits, waitBounds, share)
  return ms === null ? '–' : ms < 1000 ? `${Math.round(ms / 10) * 10} ms` : formatSeconds(ms)
}

export function speedWords(speeds: number[], share = 0.5): string {
  const speed = quantile(speeds, speedBounds, share)
  return speed === null ? '–' : `${Math.round(speed)}/s`
}

/** A day or a month with what was used in it. */
export interface Period {
  key: string
  /** Short, for an axis. */
  label: string
  name: string
  /** Null when nothing was used. */
  figures: Figures | null
}

/** Every day from one to another, or every month when there are many. */
export function periodsOf(from: string, to: string, days: DayUsage[]): Period[] {
  const first = dayOfIso(from) ?? 0
  const last = dayOfIso(to) ?? first
  const all = Array.from({ length: last - first + 1 }, (_, index) => isoOfDay(first + index))
  if (all.length > DAYS_SHOWN) return monthsOf(all, days)
  const found = new Map(days.map((each) => [each.day, each]))
  return all.map((day) => ({
    key: day,
    label: dateWords(day, { day: 'numeric', month: 'short' }),
    name: dateWords(day, { weekday: 'short', day: 'numeric', month: 'long' }),
    figures: found.get(day) ?? null,
  }))
}

function monthsOf(all: string[], days: DayUsage[]): Period[] {
  return [...new Set(all.map((day) => day.slice(0, 7)))].map((month) => {
    const within = days.filter(({ day }) => day.startsWith(month))
    return {
      key: month,
      label: dateWords(`${month}-01`, { month: 'short', year: '2-digit' }),
      name: dateWords(`${month}-01`, { month: 'long', year: 'numeric' }),
      figures: within.length === 0 ? null : within.reduce<Figures>(add, zero),
    }
  })
}

const zero: Figures = {
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

function add(a: Figures, b: Figures): Figures {
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
    // The same currency may stand twice: whoever shows costs adds them.
    cost: [...a.cost, ...b.cost],
  }
}

function dateWords(day: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(undefined, { ...options, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`))
}
