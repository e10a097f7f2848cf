import 'server-only'
import { z } from 'zod'
import { type GenerationEvent, generationEvent, type LogEvent } from '@/lib/protocol/events'
import { type Before, type Part, written } from '@/lib/protocol/messages'

/**
 * A log without its text: a positive number is a delta of that many UTF-16 units, a negative one is reasoning, any other
 * event stands as it is. With the message's parts it gives back every event with its `seq`, long after the log itself
 * is gone, for a few bytes an event.
 */
export type LogOutline = (number | GenerationEvent)[]

const outlineJson = z.array(z.union([z.number(), generationEvent]))

/** One event's entry in its log's outline. */
export function outlineOf(event: GenerationEvent): LogOutline[number] {
  if (event.type === 'delta') return event.data.text.length
  return event.type === 'reasoning' ? -event.data.text.length : event
}

/** What a generation was asked otherwise than it was wanted, out of its outline's column; nothing until it has ended. */
export function differencesIn(outline: string | null): string[] {
  if (outline === null) return []
  const last = outlineJson.parse(JSON.parse(outline)).at(-1)
  return typeof last === 'object' && last.type === 'status' ? (last.data.differences ?? []) : []
}

/** The log again, out of an outline's column, the reply's parts, and how much of those was there before. */
export function logFrom(outline: string, parts: Part[], before: Before): LogEvent[] {
  const texts = { text: written(parts, 'text'), reasoning: written(parts, 'reasoning') }
  const taken = { text: before.textBefore, reasoning: before.reasoningBefore }
  const next = (type: 'text' | 'reasoning', length: number) => {
    const from = taken[type]
    taken[type] += length
    return texts[type].slice(from, from + length)
  }
  const entries = outlineJson.parse(JSON.parse(outline))
  // What came as text before it stands among the reasoning.
  const reclassified = entries.findLastIndex((entry) => typeof entry !== 'number' && entry.type === 'reclassify')
  return entries.map((entry, index) => {
    const seq = index + 1
    if (typeof entry !== 'number') return { seq, ...entry }
    if (entry > 0)
      return { seq, type: 'delta', data: { text: next(index < reclassified ? 'reasoning' : 'text', entry) } }
    return { seq, type: 'reasoning', data: { text: next('reasoning', -entry) } }
  })
}
