import * as z from 'zod/mini'
import { type GenerationEvent, generationStatus, problem, retryData, usage } from './events'

/** A piece of a message. Error parts are shown, and never go back to a model. */
export const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  /** `ms` is how long it took, once it is over. */
  z.object({ type: z.literal('reasoning'), text: z.string(), ms: z.optional(z.number()) }),
  z.object({ type: z.literal('error'), problem }),
])
export type Part = z.infer<typeof part>

/** What a reply shows of the run that wrote it. `cursor` is the last `seq` that `parts` already holds. Times in epoch ms. */
export const generationSummary = z.object({
  id: z.string(),
  status: generationStatus,
  /** The wait that the run is in, until something else comes. */
  retry: z.nullable(retryData),
  model: z.string(),
  finishReason: z.nullable(z.string()),
  usage: z.nullable(usage),
  /** What the runs used that wrote the reply as far as this one found it. */
  earlier: z.array(usage),
  /** How often the upstream was asked, as far as it is known. */
  attempts: z.number(),
  cursor: z.number(),
  startedAt: z.number(),
  firstTokenAt: z.nullable(z.number()),
  endedAt: z.nullable(z.number()),
})
export type GenerationSummary = z.infer<typeof generationSummary>

/** One node of a conversation's tree; messages with the same parent are branches. */
export const message = z.object({
  id: z.string(),
  parentId: z.nullable(z.string()),
  role: z.enum(['user', 'assistant']),
  parts: z.array(part),
  createdAt: z.number(),
  generation: z.nullable(generationSummary),
})
export type Message = z.infer<typeof message>

/** What the log's events come to, read from the first to the last. */
export type Folded = Pick<GenerationSummary, 'status' | 'retry' | 'finishReason' | 'usage' | 'attempts'> & {
  parts: Part[]
}

export const nothingYet: Folded = {
  parts: [],
  status: 'running',
  retry: null,
  finishReason: null,
  usage: null,
  attempts: 1,
}

/**
 * What a log that continues a reply is folded onto: what the runs before it wrote, so that its text joins theirs. The
 * problem that the last of them ended with is over.
 */
export function continuing(parts: Part[]): Folded {
  return { ...nothingYet, parts: parts.filter(({ type }) => type !== 'error') }
}

/** How much of a message the generations before one wrote, in UTF-16 units. */
export interface Before {
  textBefore: number
  reasoningBefore: number
}

/** How much of each a message has: the `Before` of a generation that continues it now. */
export function lengthsOf(parts: Part[]): Before {
  return { textBefore: written(parts, 'text').length, reasoningBefore: written(parts, 'reasoning').length }
}

/** What a message's parts were when a generation began, out of what they are now. All of them when that is not told. */
export function partsBefore(parts: Part[], { textBefore, reasoningBefore }: Partial<Before>): Part[] {
  const left = { text: textBefore ?? Number.POSITIVE_INFINITY, reasoning: reasoningBefore ?? Number.POSITIVE_INFINITY }
  return parts.flatMap((part): Part[] => {
    if (part.type === 'error') return []
    const text = part.text.slice(0, left[part.type])
    left[part.type] -= text.length
    if (text === part.text) return [part]
    return text === '' ? [] : [{ type: part.type, text }]
  })
}

/** Whether any of what a model thought has come. */
export function hasThoughts(parts: Part[]): boolean {
  return parts.some(({ type }) => type === 'reasoning')
}

/** All the text of a message that is of one kind. */
export function written(parts: Part[], type: 'text' | 'reasoning'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('')
}

/**
 * One step of the fold that turns a log into a reply. The server checkpoints with it and the browser renders with it,
 * so both always agree. Returns a new object; parts that did not change keep their identity.
 */
export function foldEvent(folded: Folded, event: GenerationEvent): Folded {
  switch (event.type) {
    case 'delta':
      return { ...answering(folded), parts: appendText(folded.parts, 'text', event.data.text) }
    case 'reasoning':
      return { ...answering(folded), parts: appendText(folded.parts, 'reasoning', event.data.text) }
    case 'thought':
      return { ...folded, parts: thought(folded.parts, event.data.ms) }
    case 'reclassify':
      return { ...folded, parts: reclassified(folded.parts, event.data.length) }
    case 'usage':
      return { ...folded, usage: event.data }
    case 'error':
      return { ...folded, retry: null, parts: [...folded.parts, { type: 'error', problem: event.data }] }
    case 'status':
      return {
        ...folded,
        retry: null,
        status: event.data.status,
        finishReason: event.data.finishReason ?? null,
        attempts: event.data.attempts ?? folded.attempts,
      }
    case 'retry':
      return { ...folded, retry: event.data, attempts: event.data.attempt - 1 }
    case 'start':
      return continuing(partsBefore(folded.parts, event.data))
  }
}

/** With text, the wait before it is over, and what was waited for has been asked. */
function answering(folded: Folded): Folded {
  const { retry } = folded
  return retry ? { ...folded, retry: null, attempts: retry.attempt } : folded
}

function appendText(parts: Part[], type: 'text' | 'reasoning', text: string): Part[] {
  const last = parts.at(-1)
  if (last?.type === type) return [...parts.slice(0, -1), { ...last, text: last.text + text }]
  return [...parts, { type, text }]
}

/** The end of the text becomes reasoning, and joins what stands right before it. */
function reclassified(parts: Part[], length: number): Part[] {
  const last = parts.at(-1)
  if (last?.type !== 'text') return parts
  const from = Math.max(0, last.text.length - length)
  const before = parts.slice(0, -1)
  const kept: Part[] = from > 0 ? [...before, { ...last, text: last.text.slice(0, from) }] : before
  return appendText(kept, 'reasoning', last.text.slice(from))
}

function thought(parts: Part[], ms: number): Part[] {
  const last = parts.at(-1)
  return last?.type === 'reasoning' ? [...parts.slice(0, -1), { ...last, ms }] : parts
}

/** The reply's text alone, as it goes to the clipboard or back to a model. */
export function textOf(parts: Part[]): string {
  return written(parts, 'text')
}
