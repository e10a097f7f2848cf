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

/** All that the events of a log are made from, once it has ended. */
export interface WholeLog {
  outline: LogOutline
  /** What came as text before this entry stands among the reasoning; -1 when nothing does. */
  reclassified: number
  text: string
  reasoning: string
}

/** How far into a log, and into the texts of its message, somebody has come. */
export interface Place {
  seq: number
  text: number
  reasoning: number
}

/** A log out of an outline's column and its reply's parts. */
export function wholeLog(outline: string, parts: Part[]): WholeLog {
  const entries = outlineJson.parse(JSON.parse(outline))
  const reclassified = entries.findLastIndex((entry) => typeof entry !== 'number' && entry.type === 'reclassify')
  return { outline: entries, reclassified, text: written(parts, 'text'), reasoning: written(parts, 'reasoning') }
}

/** Where a log begins in its message, which may have held something before. */
export function beginningOf({ textBefore, reasoningBefore }: Before): Place {
  return { seq: 0, text: textBefore, reasoning: reasoningBefore }
}

/** The next event, and moves the place past it; null at the end. */
export function nextEvent(log: WholeLog, place: Place): LogEvent | null {
  const entry = log.outline[place.seq]
  if (entry === undefined) return null
  const isText = place.seq >= log.reclassified
  place.seq++
  const { seq } = place
  if (typeof entry !== 'number') return { seq, ...entry }
  const stands = entry > 0 && isText ? 'text' : 'reasoning'
  const from = place[stands]
  place[stands] += Math.abs(entry)
  const data = { text: log[stands].slice(from, place[stands]) }
  return entry > 0 ? { seq, type: 'delta', data } : { seq, type: 'reasoning', data }
}

/** All events of a log, as `wholeLog` and `beginningOf` take it. */
export function logFrom(outline: string, parts: Part[], before: Before): LogEvent[] {
  const [log, place] = [wholeLog(outline, parts), beginningOf(before)]
  return log.outline.flatMap(() => nextEvent(log, place) ?? [])
}
