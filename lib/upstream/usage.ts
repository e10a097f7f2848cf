import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { type Fields, isFields } from './decoding/json'

/** No reply has a billion tokens: such a report is wrong. */
const MAX_TOKENS = 1e9

/**
 * Reads token counts in any dialect; null unless both sides are whole numbers, so that nothing malformed replaces a valid
 * report. Tokens of the total beyond prompt and reply are reasoning, which is billed as part of the reply.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isFields(value)) return null
  return usageIn(value) ?? usageIn(inOpenAiNames(value))
}

function usageIn(value: Fields): Usage | null {
  const prompt = details(value, 'prompt_tokens_details', 'input_tokens_details')
  const completion = details(value, 'completion_tokens_details', 'output_tokens_details')
  const total = count(value.total_tokens)
  const reported = sides(value, total)
  // Zeros are placeholders: no prompt is empty.
  if (reported === null || reported.prompt + reported.completion === 0) return null
  const promptTokens = reported.prompt + cacheTokensBesidePrompt(value, prompt)
  const completionTokens = Math.max(reported.completion, (total ?? 0) - promptTokens)
  if (promptTokens >= MAX_TOKENS || completionTokens >= MAX_TOKENS) return null
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
    reasoningTokens: Math.min(Math.max(reasoning, completionTokens - reported.completion), completionTokens),
    source: 'reported',
    cost: null,
  }
}

/** The names of Gemini, Bedrock and the AI SDK, in snake case, and those of OpenAI and Anthropic. */
const nameInOpenAi = new Map([
  ['prompt_token_count', 'prompt_tokens'],
  ['candidates_token_count', 'completion_tokens'],
  ['total_token_count', 'total_tokens'],
  ['cached_content_token_count', 'cached_tokens'],
  ['thoughts_token_count', 'reasoning_tokens'],
  ['cached_input_tokens', 'cached_tokens'],
  ['cache_write_input_tokens', 'cache_creation_input_tokens'],
])

/** Renames the counts, also those one level down, to the names that are read here, from any case. */
function inOpenAiNames(value: Fields): Fields {
  const renamed = rename(value)
  for (const [name, field] of Object.entries(renamed)) if (isFields(field)) renamed[name] = rename(field)
  // Gemini counts tool results separately from the prompt, and reasoning separately from the reply.
  const fromTools = count(renamed.tool_use_prompt_token_count) ?? 0
  const promptCount = count(renamed.prompt_tokens)
  const prompt = promptCount === null ? null : promptCount + fromTools
  if (prompt !== null) renamed.prompt_tokens = prompt
  // Without a total, only this sum includes the reasoning.
  const thought = count(value.thoughtsTokenCount ?? value.thoughts_token_count)
  const reply = count(renamed.completion_tokens)
  if (thought !== null && prompt !== null && reply !== null) renamed.total_tokens ??= prompt + reply + thought
  return renamed
}

function rename(value: Fields): Fields {
  const named = Object.entries(value).map(([name, field]) => {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return [nameInOpenAi.get(snake) ?? snake, field]
  })
  return Object.fromEntries(named)
}

/** Both sides as reported; a missing one is the remainder of the total. */
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
 * Prompt tokens that the prompt's count excludes: Anthropic counts cache reads and writes separately. Servers that also
 * send OpenAI's details count as OpenAI does.
 */
function cacheTokensBesidePrompt(value: Fields, prompt: Fields): number {
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

/** A whole number, or the text of one. */
function count(value: unknown): number | null {
  if (typeof value === 'string') return /^\d{1,9}$/.test(value) ? Number(value) : null
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MAX_TOKENS ? value : null
}
