import * as z from 'zod/mini'
import { type GenerationEvent, generationStatus, type Problem, problem, retryData, usage } from './events'

/** `streaming` while more may come. A part without a state, as every part of an earlier version, is done. */
const state = z.catch(z.optional(z.literal('streaming')), undefined)

const knownPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string(), state }),
  /** `ms` is how long it took, once it is over. */
  z.object({ type: z.literal('reasoning'), text: z.string(), ms: z.optional(z.number()), state }),
  /** Shown, and never sent to a model. */
  z.object({ type: z.literal('error'), problem }),
])

/**
 * A part that this version cannot read, because a later one wrote it into the shared database. It is kept as it came,
 * has no text, and is never sent to a model.
 */
export class UnknownPart {
  readonly type = 'unknown'
  private readonly stored: object

  constructor(stored: object) {
    this.stored = stored
  }

  toJSON(): object {
    return this.stored
  }
}

const unknownPart = z.pipe(
  z.looseObject({ type: z.string() }),
  z.transform((stored) => new UnknownPart(stored)),
)

/** A piece of a message. Every `switch` over its type ends in `satisfies never`, so that a new type breaks the build there. */
export const part = z.union([knownPart, unknownPart])
export type Part = z.infer<typeof part>
type WrittenPart = Extract<Part, { text: string }>

/** The last generation that wrote a reply. `cursor` is the last `seq` that the message's parts include. Times in epoch ms. */
export const generationSummary = z.object({
  id: z.string(),
  status: generationStatus,
  /** The wait for the next attempt, while there is one. */
  retry: z.nullable(retryData),
  model: z.string(),
  finishReason: z.nullable(z.string()),
  usage: z.nullable(usage),
  /** The usage of the earlier generations that this one continued. */
  earlier: z.array(usage),
  /** How many attempts were made, as far as that is known. */
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

/** The result of folding a log's events, from the first to the last. */
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
 * What a log that continues a reply is folded onto: the parts of the runs before it, the last of them open again so that
 * new text joins it. The problem that the previous run ended with is over.
 */
export function continuing(parts: Part[]): Folded {
  const kept = parts.filter(({ type }) => type !== 'error')
  const last = kept.at(-1)
  return {
    ...nothingYet,
    parts: last && isWritten(last) ? [...kept.slice(0, -1), { ...last, state: 'streaming' }] : kept,
  }
}

/** How much of a message the generations before one wrote, in UTF-16 units. */
export interface Before {
  textBefore: number
  reasoningBefore: number
}

/** How much text and reasoning a message has: the `Before` of a generation that continues it now. */
export function lengthsOf(parts: Part[]): Before {
  return { textBefore: written(parts, 'text').length, reasoningBefore: written(parts, 'reasoning').length }
}

/** A message's parts as they were when a generation began. All of them when the lengths are unknown. */
export function partsBefore(parts: Part[], { textBefore, reasoningBefore }: Partial<Before>): Part[] {
  const left = { text: textBefore ?? Number.POSITIVE_INFINITY, reasoning: reasoningBefore ?? Number.POSITIVE_INFINITY }
  return parts.flatMap((part): Part[] => {
    switch (part.type) {
      case 'text':
      case 'reasoning': {
        const text = part.text.slice(0, left[part.type])
        left[part.type] -= text.length
        if (text === part.text) return [part]
        return text === '' ? [] : [{ type: part.type, text }]
      }
      case 'error':
        return []
      case 'unknown':
        return [part]
      default:
        return part satisfies never
    }
  })
}

/** Whether a part is text that a model wrote, of either kind. */
export function isWritten(part: Part): part is WrittenPart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return true
    case 'error':
    case 'unknown':
      return false
    default:
      return part satisfies never
  }
}

/** Whether any reasoning has come. */
export function hasReasoning(parts: Part[]): boolean {
  return parts.some(({ type }) => type === 'reasoning')
}

/** All the text of a message that is of one kind. */
export function written(parts: Part[], type: WrittenPart['type']): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('')
}

/** The text of a message, for the clipboard and for models. */
export function textOf(parts: Part[]): string {
  return parts.map(textIn).join('')
}

function textIn(part: Part): string {
  switch (part.type) {
    case 'text':
      return part.text
    case 'reasoning':
    case 'error':
    case 'unknown':
      return ''
    default:
      return part satisfies never
  }
}

/** The problem that a reply's last run ended with. */
export function problemIn(parts: Part[]): Problem | undefined {
  return parts.find((part) => part.type === 'error')?.problem
}

/**
 * One step of the fold that turns a log into a reply. The server checkpoints with it and the browser renders with it,
 * so both always agree. Returns a new object; parts that did not change keep their identity.
 */
export function foldEvent(folded: Folded, event: GenerationEvent): Folded {
  switch (event.type) {
    case 'delta':
      return { ...afterWait(folded), parts: appendText(folded.parts, 'text', event.data.text) }
    case 'reasoning':
      return { ...afterWait(folded), parts: appendText(folded.parts, 'reasoning', event.data.text) }
    case 'thought':
      return { ...folded, parts: withDuration(folded.parts, event.data.ms) }
    case 'reclassify':
      return { ...folded, parts: reclassified(folded.parts, event.data.length) }
    case 'usage':
      return { ...folded, usage: event.data }
    case 'error':
      return { ...folded, retry: null, parts: append(folded.parts, { type: 'error', problem: event.data }) }
    case 'status':
      return {
        ...folded,
        parts: folded.parts.map(done),
        retry: null,
        status: event.data.status,
        finishReason: event.data.finishReason ?? null,
        attempts: event.data.attempts ?? folded.attempts,
      }
    case 'retry':
      return { ...folded, retry: event.data, attempts: event.data.attempt - 1 }
    case 'start':
      return continuing(partsBefore(folded.parts, event.data))
    default:
      return event satisfies never
  }
}

/** Text ends the wait for an attempt: that attempt was made. */
function afterWait(folded: Folded): Folded {
  const { retry } = folded
  return retry ? { ...folded, retry: null, attempts: retry.attempt } : folded
}

function appendText(parts: Part[], type: WrittenPart['type'], text: string): Part[] {
  const last = parts.at(-1)
  if (last?.type === type) return [...parts.slice(0, -1), { ...last, text: last.text + text, state: 'streaming' }]
  return append(parts, { type, text, state: 'streaming' })
}

/** Adds a part, which ends the one before it. */
function append(parts: Part[], part: Part): Part[] {
  return [...parts.slice(0, -1), ...parts.slice(-1).map(done), part]
}

/** Moves the end of the text to the reasoning, where it joins what stands right before it. */
function reclassified(parts: Part[], length: number): Part[] {
  const last = parts.at(-1)
  if (last?.type !== 'text') return parts
  const from = Math.max(0, last.text.length - length)
  const before = parts.slice(0, -1)
  const kept: Part[] = from > 0 ? [...before, { ...last, text: last.text.slice(0, from) }] : before
  return appendText(kept, 'reasoning', last.text.slice(from))
}

function withDuration(parts: Part[], ms: number): Part[] {
  const last = parts.at(-1)
  return last?.type === 'reasoning' ? [...parts.slice(0, -1), { ...last, ms, state: undefined }] : parts
}

function done(part: Part): Part {
  return isWritten(part) && part.state ? { ...part, state: undefined } : part
}
