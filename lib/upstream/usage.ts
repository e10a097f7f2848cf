import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { type Fields, isFields } from './fields'

/** No answer has a billion tokens: whoever reports so many does not count. */
const MOST_TOKENS = 1e9

/**
 * Token counts in any dialect, or null unless both sides are whole numbers: nothing malformed may overwrite a valid report.
 * What the total has beyond prompt and answer was thought, and is billed as part of the answer.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isFields(value)) return null
  const prompt = details(value, 'prompt_tokens_details', 'input_tokens_details')
  const completion = details(value, 'completion_tokens_details', 'output_tokens_details')
  const total = count(value.total_tokens)
  const said = sides(value, total)
  // Nobody is asked with nothing: zeros fill a field that has no counts yet.
  if (said === null || said.prompt + said.completion === 0) return null
  const promptTokens = said.prompt + besidePrompt(value, prompt)
  const completionTokens = Math.max(said.completion, (total ?? 0) - promptTokens)
  if (promptTokens >= MOST_TOKENS || completionTokens >= MOST_TOKENS) return null
  const cached =
    count(prompt.cached_tokens) ||
    count(value.prompt_cache_hit_tokens) ||
    count(value.cached_tokens) ||
    count(value.cache_read_input_tokens) ||
    0
  const reasoning = count(completion.reasoning_tokens) || count(value.reasoning_tokens) || 0
  const audioTokens = (count(prompt.audio_tokens) ?? 0) + (count(completion.audio_tokens) ?? 0)
  return {
    promptTokens,
    completionTokens,
    ...(audioTokens > 0 ? { audioTokens } : {}),
    cachedTokens: Math.min(cached, promptTokens),
    reasoningTokens: Math.min(Math.max(reasoning, completionTokens - said.completion), completionTokens),
    source: 'reported',
    cost: null,
  }
}

/** Both sides as they are said; one that is missing is what the total leaves for it. */
function sides(value: Fields, total: number | null): { prompt: number; completion: number } | null {
  const prompt = first(value.prompt_tokens, value.input_tokens)
  const completion = first(value.completion_tokens, value.output_tokens)
  if (prompt !== undefined && completion !== undefined) {
    const [one, other] = [count(prompt), count(completion)]
    return one === null || other === null ? null : { prompt: one, completion: other }
  }
  const known = count(prompt ?? completion)
  if (known === null || total === null || total < known) return null
  return prompt === undefined
    ? { prompt: total - known, completion: known }
    : { prompt: known, completion: total - known }
}

/**
 * The tokens of the prompt that its count leaves out. Anthropic counts what is read from the cache, or written to it,
 * beside the rest of the prompt; servers that give OpenAI's details as well count as OpenAI does.
 */
function besidePrompt(value: Fields, prompt: Fields): number {
  const read = count(value.cache_read_input_tokens) ?? 0
  const cached = count(prompt.cached_tokens)
  if (cached !== null && (cached > 0 || read === 0)) return 0
  return read + (count(value.cache_creation_input_tokens) ?? 0)
}

function details(value: Fields, ...names: string[]): Fields {
  for (const name of names) {
    const found = value[name]
    if (isFields(found)) return found
  }
  return {}
}

function first(one: unknown, other: unknown): unknown {
  return one ?? other ?? undefined
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MOST_TOKENS ? value : null
}
