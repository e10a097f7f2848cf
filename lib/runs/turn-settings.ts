import 'server-only'
import { z } from 'zod'
import type { SetLength } from '@/lib/billing/budget-limits'
import { config } from '@/lib/config'
import type { PromptSource } from '@/lib/prompt/build'
import type { Price } from '@/lib/protocol/billing/prices'
import { type Part, textOf } from '@/lib/protocol/messages'
import { isBlank } from '@/lib/protocol/unanswered'
import { longestContinuation } from '@/lib/upstream/continuation'

const turnSettings = z.object({
  system: z.string().optional(),
  temperature: z.number().optional(),
  maxTokens: z.number().optional(),
})

/** What a person set for one answer. It holds again when that is continued or written anew. */
export type TurnSettings = z.infer<typeof turnSettings>

/** A generation's settings out of their column. */
export function parseSettings(json: string | null): TurnSettings {
  return json === null ? {} : turnSettings.parse(JSON.parse(json))
}

/**
 * The longest answer to ask for: what a turn wants, under the operator's cap where there is one. Undefined leaves it to the
 * provider. A cap above what the model can write would be refused.
 */
function allowedLength(wanted: number | undefined, price: Price | null): number | undefined {
  const cap = config().maxTokens
  return cap === 0 ? wanted : Math.min(wanted ?? price?.maxOutput ?? cap, cap)
}

/** The same, and whether the person set it. */
export function lengthOf({ maxTokens }: TurnSettings, price: Price | null): SetLength {
  return { maxTokens: allowedLength(maxTokens, price), byPerson: maxTokens !== undefined }
}

/** What a prompt is built with besides its messages: the settings of its turn, the model's window, and the reply that is continued. */
export function promptSettings(
  model: string,
  price: Price | null,
  { system, maxTokens }: TurnSettings,
  partial?: string,
): Omit<PromptSource, 'head'> {
  const window = price?.contextWindow ?? null
  return { model, system, window, room: allowedLength(maxTokens, price), after: longestContinuation({ partial }) }
}

/** The text that a continued reply has so far. One that shows nothing is asked for anew. */
export function partialOf(parts: Part[]): string | undefined {
  const text = textOf(parts)
  return isBlank(text) ? undefined : text.toWellFormed()
}
