import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { isFinishReason } from '@/lib/protocol/finish-reasons'
import { readUsage } from '../usage'
import { type Fields, isFields } from './json'

/** What one chunk of a reply says. Read by hand and not by zod, since this runs once per token. */
export interface Chunk {
  /** It has a `choices` list, so the server speaks the chat completions format. */
  isCompletion: boolean
  text: string
  reasoning: string
  /** It is part of a tool call; `tools` has the names in it. */
  callsTool: boolean
  tools: string[]
  finishReason: string | null
  usage: Usage | null
  /** The error object as sent, or undefined. */
  error: unknown
  /** The text is a whole `message`, not a `delta`. */
  whole: boolean
  /** The index of the choice that was read; 0 when choices have none. */
  choice: number
}

/**
 * Reads one parsed chunk, streamed or whole, in any of the shapes that servers send. Never throws. `wanted` is the index
 * of the choice to read; null reads choice 0, or else the first.
 */
export function readChunk(value: unknown, wanted: number | null = null): Chunk {
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
    choice: 0,
  }
  if (Array.isArray(value)) return value.length > 0 && isFields(value[0]) ? readChunk(value[0], wanted) : chunk
  if (!isFields(value)) return chunk
  chunk.error = errorIn(value)
  chunk.usage = readUsage(value.usage) ?? usageElsewhere(value)
  if (!Array.isArray(value.choices)) return chunk
  chunk.isCompletion = true
  const choice = choiceIn(value.choices, wanted)
  if (choice !== null) readChoice(choice, chunk)
  return chunk
}

/** The choice with the wanted index. Servers that send no index mean the first. */
function choiceIn(choices: unknown[], wanted: number | null): Fields | null {
  for (const choice of choices) if (isFields(choice) && choiceIndex(choice) === (wanted ?? 0)) return choice
  if (wanted !== null) return null
  for (const choice of choices) if (isFields(choice)) return choice
  return null
}

function choiceIndex({ index }: Fields): number {
  return typeof index === 'number' ? index : 0
}

function readChoice(choice: Fields, chunk: Chunk): void {
  chunk.choice = choiceIndex(choice)
  const delta = isFields(choice.delta) ? choice.delta : null
  const reason = choice.finish_reason ?? choice.finishReason ?? delta?.finish_reason
  if (typeof reason === 'string' && reason !== '' && isFinishReason(reason)) {
    // Unknown reasons are kept, shortened and well-formed.
    chunk.finishReason = reason.slice(0, 100).replace(/[\0\p{Cs}]/gu, '\uFFFD')
  }
  if (chunk.error === undefined && isPresent(choice.error)) chunk.error = choice.error
  chunk.usage ??= readUsage(choice.usage)
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
  if (Array.isArray(message.images)) for (const image of message.images) chunk.text += imageIn(image)
  // Servers that send reasoning under several names send the same text under each.
  if (chunk.reasoning === '') chunk.reasoning = reasoningIn(message)
  if (Array.isArray(message.tool_calls)) {
    for (const call of message.tool_calls) if (isFields(call)) addTool(call.function, chunk)
  }
  addTool(message.function_call, chunk)
}

/** Field names of reasoning, the most common first. */
const reasoningNames = [
  'reasoning_content',
  'reasoning',
  'reasoning_text',
  'thinking',
  'reasoning_details',
  'thinking_content',
  'thinking_blocks',
  'reasoningContent',
  'thought',
  'thoughts',
]

function reasoningIn(message: Fields): string {
  for (const name of reasoningNames) {
    // Most chunks have none.
    const text = message[name] ? textIn(message[name]) : ''
    if (text !== '') return text
  }
  return ''
}

function readParts(parts: unknown[], chunk: Chunk): void {
  for (const part of parts) {
    if (typeof part === 'string') chunk.text += part
    else if (isFields(part)) {
      if (isReasoning(part)) chunk.reasoning += textIn(part)
      else chunk.text += stringOr(part.text) || stringOr(part.refusal) || imageIn(part)
    }
  }
}

const imageAddress = /^(?:https?:\/\/|data:image\/)[^\s()<>]+$/i

/** An image, in any of the shapes that servers send, as markdown; '' when there is none. */
function imageIn(value: unknown): string {
  if (!isFields(value)) return ''
  const { image_url: image } = value
  const found = [isFields(image) ? image.url : image, value.url, base64Of(value.b64_json)]
  const address = found.find((each) => typeof each === 'string' && imageAddress.test(each))
  return address === undefined ? '' : `\n\n![Image](${address})\n\n`
}

function base64Of(value: unknown): string {
  return typeof value === 'string' && value !== '' ? `data:image/png;base64,${value}` : ''
}

/** Whether a content part is reasoning: its type is `reasoning`, `thinking`, `reasoning_text`, `thought` or the like. */
function isReasoning({ type, thinking, reasoning, thought }: Fields): boolean {
  if (thinking !== undefined || reasoning !== undefined || thought === true) return true
  return typeof type === 'string' && (type.includes('reasoning') || type.includes('think') || type === 'thought')
}

/** The text of a value: a string, a part with a text under any name, or a list of those. */
function textIn(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || depth > 3) return ''
  if (Array.isArray(value)) return value.map((each) => textIn(each, depth + 1)).join('')
  if (!isFields(value)) return ''
  for (const inner of [value.text, value.thinking, value.reasoning, value.summary, value.content]) {
    const text = textIn(inner, depth + 1)
    if (text !== '') return text
  }
  return ''
}

function addTool(call: unknown, chunk: Chunk): void {
  if (!isFields(call)) return
  chunk.callsTool = true
  if (typeof call.name === 'string' && call.name !== '') chunk.tools.push(call.name)
}

function stringOr(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Whether a field has a value: empty objects and lists are placeholders, like null. */
function isPresent(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== false && value !== ''
}

/** The error inside a 200, in any shape; undefined when there is none. */
function errorIn(value: Fields): unknown {
  // MiniMax puts a status beside the reply; 0 is success.
  const { base_resp: base } = value
  if (isFields(base) && typeof base.status_code === 'number' && base.status_code !== 0) return value
  if (isPresent(value.error)) return hasStatusBeside(value) ? value : value.error
  // Groq puts its errors into a field of its own.
  if (isFields(value.x_groq) && isPresent(value.x_groq.error)) return value.x_groq.error
  if (Array.isArray(value.choices)) return undefined
  const saysError = value.object === 'error' || value.success === false || isPresent(value.detail)
  if (saysError || value.type === 'error' || (Array.isArray(value.errors) && value.errors.length > 0)) return value
  const messages = [value.message, value.msg, value.error_msg]
  if (!messages.some((message) => typeof message === 'string' && message !== '')) return undefined
  const statuses = [value.status, value.status_code, value.statusCode, value.http_status_code, value.code]
  const named = isErrorName(value.code) || isErrorName(value.error_code) || isErrorType(value.type ?? value.status)
  return named || statuses.some(isErrorStatus) || isPositive(value.error_code) ? value : undefined
}

/** Fields beside an `error` may say more than it does. */
function hasStatusBeside({ code, status, status_code, message, detail, details, estimated_time }: Fields): boolean {
  return [code, status, status_code, message, detail, details, estimated_time].some(isPresent)
}

/** Whether a number, or one in a string, is an error status. Some servers send 0 or 200 for success. */
function isErrorStatus(code: unknown): boolean {
  return (typeof code === 'number' || (typeof code === 'string' && /^\d+$/.test(code))) && Number(code) >= 400
}

function isPositive(code: unknown): boolean {
  return typeof code === 'number' && code > 0
}

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const googleStatus =
  /^(?:INVALID_ARGUMENT|FAILED_PRECONDITION|UNAUTHENTICATED|PERMISSION_DENIED|NOT_FOUND|RESOURCE_EXHAUSTED|INTERNAL|UNAVAILABLE|DEADLINE_EXCEEDED)$/

function isErrorType(type: unknown): boolean {
  return typeof type === 'string' && (/error$/i.test(type) || googleStatus.test(type))
}

function isErrorName(code: unknown): boolean {
  return (
    typeof code === 'string' &&
    /^[a-z]/i.test(code) &&
    !/^(?:ok|success|succeeded|done|processing|pending)$/i.test(code)
  )
}

/** The usage in Groq's own field, or in that of gateways to Gemini. */
function usageElsewhere({ x_groq: groq, usageMetadata, usage_metadata }: Fields): Usage | null {
  return readUsage(isFields(groq) ? groq.usage : (usageMetadata ?? usage_metadata))
}
