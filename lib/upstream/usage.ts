import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { type Fields, isFields } from './decoding/json'

/** No reply has a billion tokens: such a report is wrong. */
const MOST_TOKENS = 1e9

/**
 * Token counts in any dialect, or null unless both sides are whole numbers: nothing malformed may overwrite a valid report.
 * What the total has beyond prompt and reply is reasoning, and is billed as part of the reply.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isFields(value)) return null
  return usageIn(value) ?? usageIn(inOpenAiNames(value))
}

function usageIn(value: Fields): Usage | null {
  const prompt = details(value, 'prompt_tokens_details', 'input_tokens_details')
  const completion = details(value, 'completion_tokens_details', 'output_tokens_details')
  const total = count(value.total_tokens)
  const said = sides(value, total)
  // Zeros fill a field that has no counts yet: no prompt is empty.
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

/** What Gemini, Bedrock and the AI SDK call the counts, in snake case, and what OpenAI and Anthropic do. */
const otherNames = new Map([
  ['prompt_token_count', 'prompt_tokens'],
  ['candidates_token_count', 'completion_tokens'],
  ['total_token_count', 'total_tokens'],
  ['cached_content_token_count', 'cached_tokens'],
  ['thoughts_token_count', 'reasoning_tokens'],
  ['cached_input_tokens', 'cached_tokens'],
  ['cache_write_input_tokens', 'cache_creation_input_tokens'],
])

/** Renames the counts, and those one level down, to the names that are read here, whatever their case. */
function inOpenAiNames(value: Fields): Fields {
  const renamed = rename(value)
  for (const [name, field] of Object.entries(renamed)) if (isFields(field)) renamed[name] = rename(field)
  // Gemini counts what the results of tools add to the prompt separately, and reasoning beside its reply.
  const fromTools = count(renamed.tool_use_prompt_token_count) ?? 0
  const asked = count(renamed.prompt_tokens)
  const prompt = asked === null ? null : asked + fromTools
  if (prompt !== null) renamed.prompt_tokens = prompt
  // Without a total, nothing else shows the reasoning.
  const thought = count(value.thoughtsTokenCount ?? value.thoughts_token_count)
  const reply = count(renamed.completion_tokens)
  if (thought !== null && prompt !== null && reply !== null) renamed.total_tokens ??= prompt + reply + thought
  return renamed
}

function rename(value: Fields): Fields {
  const named = Object.entries(value).map(([name, field]) => {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    return [otherNames.get(snake) ?? snake, field]
  })
  return Object.fromEntries(named)
}

/** Both sides as reported; a missing one is the rest of the total. */
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

/** A whole number, or the text of one. */
function count(value: unknown): number | null {
  if (typeof value === 'string') return /^\d{1,9}$/.test(value) ? Number(value) : null
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MOST_TOKENS ? value : null
}
