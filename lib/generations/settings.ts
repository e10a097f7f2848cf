import 'server-only'
import { z } from 'zod'
import { config } from '@/lib/config'
import type { ResolvedModel } from '@/lib/providers/resolve'
import type { ChatMessage, CompletionRequest } from '@/lib/upstream/connection'

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

/** What a model is asked, under a turn's settings. */
export function requestOf(
  { model }: Pick<ResolvedModel, 'model'>,
  history: ChatMessage[],
  stream: boolean,
  { system, temperature, maxTokens }: TurnSettings = {},
): CompletionRequest {
  const messages: ChatMessage[] = system ? [{ role: 'system', content: system }, ...history] : history
  return { model, messages, stream, temperature, maxTokens: allowedLength(maxTokens) }
}

/** The longest answer to ask for, under the operator's cap where there is one. */
function allowedLength(wanted: number | undefined): number | undefined {
  const cap = config().maxTokens
  return cap === 0 ? wanted : Math.min(wanted ?? cap, cap)
}
