import 'server-only'
import { z } from 'zod'
import type { SetLength } from '@/lib/billing/budget-limits'
import { config } from '@/lib/config'
import type { PromptSource } from '@/lib/prompt/build'
import type { Price } from '@/lib/protocol/billing/prices'
import { type Part, textOf } from '@/lib/protocol/messages'
import { isBlank } from '@/lib/protocol/unanswered'
import { longestContinuationMessages } from '@/lib/upstream/continuation'

const turnSettings = z.object({
  system: z.string().optional(),
  temperature: z.number().optional(),
  maxTokens: z.number().optional(),
})

/** What a person set for one reply. A continuation and a regeneration have the same settings. */
export type TurnSettings = z.infer<typeof turnSettings>

/** Settings from their column. */
export function parseSettings(json: string | null): TurnSettings {
  return json === null ? {} : turnSettings.parse(JSON.parse(json))
}

/**
 * The longest reply to request: what the turn sets, within the operator's limit if there is one. Undefined leaves it to the
 * provider. A limit above what the model can write would be refused.
 */
function allowedLength(wanted: number | undefined, price: Price | null): number | undefined {
  const cap = config().maxTokens
  return cap === 0 ? wanted : Math.min(wanted ?? price?.maxOutput ?? cap, cap)
}

/** The longest reply to request, and whether the person set it. */
export function lengthOf({ maxTokens }: TurnSettings, price: Price | null): SetLength {
  return { maxTokens: allowedLength(maxTokens, price), byPerson: maxTokens !== undefined }
}

/** What a prompt is built with besides its messages: the turn's settings, the model's window, the reply to continue. */
export function promptSettings(
  model: string,
  price: Price | null,
  { system, maxTokens }: TurnSettings,
  partial?: string,
): Omit<PromptSource, 'head'> {
  const window = price?.contextWindow ?? null
  return {
    model,
    system,
    window,
    replyTokens: allowedLength(maxTokens, price),
    continuation: longestContinuationMessages({ partial }),
  }
}

/** The text of a reply to continue. Undefined for one that is blank: it is requested anew. */
export function partialOf(parts: Part[]): string | undefined {
  const text = textOf(parts)
  return isBlank(text) ? undefined : text.toWellFormed()
}
