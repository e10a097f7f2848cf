import 'server-only'
import type { Usage } from '@/lib/protocol/events'

/** What one chunk of an answer says. A narrow hand-written check: this runs once per token, where zod would cost most of it. */
export interface Chunk {
  /** It has a `choices` list, so the server does speak the chat completions format. */
  isCompletion: boolean
  text: string
  reasoning: string
  /** A piece of a call to a tool; `tools` holds the names that came with it. */
  callsTool: boolean
  tools: string[]
  finishReason: string | null
  usage: Usage | null
  /** The error object as it came, or undefined. */
  error: unknown
  /** The text came as a whole `message`, not as a `delta`. */
  whole: boolean
}

type Fields = Record<string, unknown>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads one parsed chunk, streamed or whole, in any of the shapes that servers send. Never throws. */
export function readChunk(value: unknown): Chunk {
  const chunk: Chunk = {
    isCompletion: false,
    text: '',
    reasoning: '',
    callsTool: false,
    tools: [],
    finishReason: null,
    usage: null,
    error: undefined,
    whole: false,
  }
  if (Array.isArray(value)) return value.length > 0 && isFields(value[0]) ? readChunk(value[0]) : chunk
  if (!isFields(value)) return chunk
  chunk.error = errorIn(value)
  chunk.usage = readUsage(value.usage) ?? usageElsewhere(value)
  if (!Array.isArray(value.choices)) return chunk
  chunk.isCompletion = true
  const choice = firstChoice(value.choices)
  if (choice !== null) readChoice(choice, chunk)
  return chunk
}

/** The choice with index 0; servers that number nothing mean the first one. */
function firstChoice(choices: unknown[]): Fields | null {
  for (const choice of choices) {
    if (isFields(choice) && (typeof choice.index !== 'number' || choice.index === 0)) return choice
  }
  return null
}

function readChoice(choice: Fields, chunk: Chunk): void {
  if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') {
    // Kept as it is, whatever it says, as far as it is a word.
    chunk.finishReason = choice.finish_reason.slice(0, 100).replace(/[\0\p{Cs}]/gu, '\uFFFD')
  }
  if (chunk.error === undefined && isPresent(choice.error)) chunk.error = choice.error
  chunk.usage ??= readUsage(choice.usage)
  const delta = isFields(choice.delta) ? choice.delta : null
  if (delta !== null) readMessage(delta, chunk)
  if (chunk.text !== '' || chunk.reasoning !== '' || chunk.callsTool) return
  if (isFields(choice.message)) {
    chunk.whole = true
    readMessage(choice.message, chunk)
  } else if (typeof choice.text === 'string') chunk.text = choice.text
}

function readMessage(message: Fields, chunk: Chunk): void {
  const { content } = message
  if (typeof content === 'string') chunk.text = content
  else if (Array.isArray(content)) readParts(content, chunk)
  if (typeof message.refusal === 'string') chunk.text += message.refusal
  // Servers that send the reasoning under several names send the same words under each.
  if (chunk.reasoning === '') {
    chunk.reasoning =
      stringOr(message.reasoning_content) || stringOr(message.reasoning) || joinTexts(message.reasoning_details)
  }
  if (Array.isArray(message.tool_calls)) {
    for (const call of message.tool_calls) if (isFields(call)) addTool(call.function, chunk)
  }
  addTool(message.function_call, chunk)
}

function readParts(parts: unknown[], chunk: Chunk): void {
  for (const part of parts) {
    if (typeof part === 'string') chunk.text += part
    else if (isFields(part)) {
      if (part.thinking !== undefined) chunk.reasoning += stringOr(part.thinking) || joinTexts(part.thinking)
      else chunk.text += stringOr(part.text) || stringOr(part.refusal)
    }
  }
}

function addTool(call: unknown, chunk: Chunk): void {
  if (!isFields(call)) return
  chunk.callsTool = true
  if (typeof call.name === 'string' && call.name !== '') chunk.tools.push(call.name)
}

function joinTexts(parts: unknown): string {
  if (!Array.isArray(parts)) return ''
  return parts.map((part) => (isFields(part) ? stringOr(part.text) || stringOr(part.summary) : '')).join('')
}

function stringOr(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== ''
}

/** An error inside a 200, in any of its shapes; undefined when there is none. */
function errorIn(value: Fields): unknown {
  // MiniMax tells beside the answer how it went; 0 is well.
  const { base_resp: base } = value
  if (isFields(base) && typeof base.status_code === 'number' && base.status_code !== 0) return value
  if (isPresent(value.error)) return hasStatusBeside(value) ? value : value.error
  if (Array.isArray(value.choices)) return undefined
  const saysError =
    value.object === 'error' || value.type === 'error' || value.success === false || isPresent(value.detail)
  if (saysError || (Array.isArray(value.errors) && value.errors.length > 0)) return value
  const said = [value.message, value.msg, value.error_msg].some((words) => typeof words === 'string' && words !== '')
  const codes = [value.code, value.status, value.status_code, value.statusCode, value.error_code]
  return said && codes.some(isErrorCode) ? value : undefined
}

/** What stands beside an `error` may say more than it. */
function hasStatusBeside({ code, status, status_code, message, detail, details, estimated_time }: Fields): boolean {
  return [code, status, status_code, message, detail, details, estimated_time].some(isPresent)
}

/** Whether a code tells of an error: a number from 400 on, or a name. Some send 0, 200 or "success" when all is well. */
function isErrorCode(code: unknown): boolean {
  if (typeof code === 'number' || (typeof code === 'string' && /^\d+$/.test(code))) return Number(code) >= 400
  return (
    typeof code === 'string' && code !== '' && !/^(?:ok|success|succeeded|completed|in_progress|queued)$/i.test(code)
  )
}

/** Groq keeps the usage of a stream in a field of its own. */
function usageElsewhere(value: Fields): Usage | null {
  return isFields(value.x_groq) ? readUsage(value.x_groq.usage) : null
}

/** Token counts, or null unless both sides are whole numbers: nothing malformed may overwrite a valid report. */
export function readUsage(value: unknown): Usage | null {
  if (!isFields(value)) return null
  const promptTokens = count(value.prompt_tokens)
  const completionTokens = count(value.completion_tokens)
  if (promptTokens === null || completionTokens === null) return null
  const prompt = isFields(value.prompt_tokens_details) ? value.prompt_tokens_details : {}
  const completion = isFields(value.completion_tokens_details) ? value.completion_tokens_details : {}
  const audioTokens = (count(prompt.audio_tokens) ?? 0) + (count(completion.audio_tokens) ?? 0)
  return {
    promptTokens,
    completionTokens,
    ...(audioTokens > 0 ? { audioTokens } : {}),
    cachedTokens: count(prompt.cached_tokens) ?? count(value.prompt_cache_hit_tokens) ?? 0,
    reasoningTokens: count(completion.reasoning_tokens) ?? 0,
    source: 'reported',
    cost: null,
  }
}

/** No answer has a billion tokens: whoever reports so many does not count. */
const MOST_TOKENS = 1e9

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MOST_TOKENS ? value : null
}
