import 'server-only'
import { z } from 'zod'
import type { GenerationRow } from '@/lib/database/schema'
import { type GenerationEvent, generationEvent, type LogEvent } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'

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

/** How much of a message the generations before one wrote, in UTF-16 units. What they wrote never changes. */
export type Before = Pick<GenerationRow, 'textBefore' | 'reasoningBefore'>

/** How much of each a message has: the `Before` of a generation that continues it now. */
export function lengthsOf(parts: Part[]): Before {
  return { textBefore: textIn(parts, 'text').length, reasoningBefore: textIn(parts, 'reasoning').length }
}

/** What a message's parts were when a generation began, out of what they are now. */
export function partsBefore(parts: Part[], { textBefore, reasoningBefore }: Before): Part[] {
  const left = { text: textBefore, reasoning: reasoningBefore }
  return parts.flatMap((part): Part[] => {
    if (part.type === 'error') return []
    const text = part.text.slice(0, left[part.type])
    left[part.type] -= text.length
    return text === '' ? [] : [{ type: part.type, text }]
  })
}

/** The log again, out of an outline's column, the reply's parts, and how much of those was there before. */
export function logFrom(outline: string, parts: Part[], before: Before): LogEvent[] {
  const texts = { text: textIn(parts, 'text'), reasoning: textIn(parts, 'reasoning') }
  const taken = { text: before.textBefore, reasoning: before.reasoningBefore }
  const next = (type: 'text' | 'reasoning', length: number) => {
    const from = taken[type]
    taken[type] += length
    return texts[type].slice(from, from + length)
  }
  return outlineJson.parse(JSON.parse(outline)).map((entry, index) => {
    const seq = index + 1
    if (typeof entry !== 'number') return { seq, ...entry }
    if (entry > 0) return { seq, type: 'delta', data: { text: next('text', entry) } }
    return { seq, type: 'reasoning', data: { text: next('reasoning', -entry) } }
  })
}

function textIn(parts: Part[], type: 'text' | 'reasoning'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('')
}
