import 'server-only'
import { z } from 'zod'
import { type GenerationEvent, generationEvent, type LogEvent } from '@/lib/protocol/events'
import { type Before, type Part, written } from '@/lib/protocol/messages'

/**
 * A log without its text: a positive number is a delta of that many UTF-16 units, a negative one is reasoning, any other
 * event stands as it is. Together with the message's parts it rebuilds every event with its `seq`, for a few bytes an event.
 */
export type EventIndex = (number | GenerationEvent)[]

const indexJson = z.array(z.union([z.number(), generationEvent]))

/** An event's entry in the index of its log. */
export function indexEntryOf(event: GenerationEvent): EventIndex[number] {
  if (event.type === 'delta') return event.data.text.length
  return event.type === 'reasoning' ? -event.data.text.length : event
}

/** What the upstream was asked differently from the request, from an index's column; empty until the generation has ended. */
export function differencesIn(index: string | null): string[] {
  if (index === null) return []
  const last = indexJson.parse(JSON.parse(index)).at(-1)
  return typeof last === 'object' && last.type === 'status' ? (last.data.differences ?? []) : []
}

/** Everything that the events of an ended log are rebuilt from. */
export interface WholeLog {
  index: EventIndex
  /** Text before this entry became reasoning; -1 when none did. */
  reclassified: number
  text: string
  reasoning: string
}

/** A position in a log, and in the texts of its message. */
export interface Place {
  seq: number
  text: number
  reasoning: number
}

/** A log from an index's column and the parts of its reply. */
export function wholeLog(index: string, parts: Part[]): WholeLog {
  const entries = indexJson.parse(JSON.parse(index))
  const reclassified = entries.findLastIndex((entry) => typeof entry !== 'number' && entry.type === 'reclassify')
  return { index: entries, reclassified, text: written(parts, 'text'), reasoning: written(parts, 'reasoning') }
}

/** Where a log begins in its message, which an earlier generation may have begun. */
export function beginningOf({ textBefore, reasoningBefore }: Before): Place {
  return { seq: 0, text: textBefore, reasoning: reasoningBefore }
}

/** The next event, and moves the place past it; null at the end. */
export function nextEvent(log: WholeLog, place: Place): LogEvent | null {
  const entry = log.index[place.seq]
  if (entry === undefined) return null
  const isText = place.seq >= log.reclassified
  place.seq++
  const { seq } = place
  if (typeof entry !== 'number') return { seq, ...entry }
  const source = entry > 0 && isText ? 'text' : 'reasoning'
  const from = place[source]
  place[source] += Math.abs(entry)
  const data = { text: log[source].slice(from, place[source]) }
  return entry > 0 ? { seq, type: 'delta', data } : { seq, type: 'reasoning', data }
}

/** All events of a log. */
export function logFrom(index: string, parts: Part[], before: Before): LogEvent[] {
  const [log, place] = [wholeLog(index, parts), beginningOf(before)]
  return log.index.flatMap(() => nextEvent(log, place) ?? [])
}
