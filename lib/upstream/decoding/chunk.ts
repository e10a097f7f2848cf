import 'server-only'
import type { Usage } from '@/lib/protocol/events'
import { isFinishReason } from '@/lib/protocol/finish-reasons'
import { readUsage } from '../usage'
import { type Fields, isFields } from './json'

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
  /** The number of the choice that was read; 0 where none is numbered. */
  choice: number
}

/**
 * Reads one parsed chunk, streamed or whole, in any of the shapes that servers send. Never throws. `wanted` is the number
 * of the choice to read; null is the first of them, or the only one, whatever its number.
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

/** The choice of a number; servers that number nothing mean the first one. */
function choiceIn(choices: unknown[], wanted: number | null): Fields | null {
  for (const choice of choices) if (isFields(choice) && numberOf(choice) === (wanted ?? 0)) return choice
  if (wanted !== null) return null
  for (const choice of choices) if (isFields(choice)) return choice
  return null
}

function numberOf({ index }: Fields): number {
  return typeof index === 'number' ? index : 0
}

function readChoice(choice: Fields, chunk: Chunk): void {
  chunk.choice = numberOf(choice)
  const delta = isFields(choice.delta) ? choice.delta : null
  const reason = choice.finish_reason ?? choice.finishReason ?? delta?.finish_reason
  if (typeof reason === 'string' && reason !== '' && isFinishReason(reason)) {
    // Kept as it is, whatever it says, as far as it is a word.
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
  // Servers that send the reasoning under several names send the same words under each.
  if (chunk.reasoning === '') chunk.reasoning = reasoningIn(message)
  if (Array.isArray(message.tool_calls)) {
    for (const call of message.tool_calls) if (isFields(call)) addTool(call.function, chunk)
  }
  addTool(message.function_call, chunk)
}

/** The names under which servers send what a model thinks, the usual ones first. */
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
    // Most chunks have none of them.
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

/** A picture, in the wrappings that servers send one in, as the markdown that shows it; nothing where there is none. */
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

/** Whether a part of the content is what the model thought: `reasoning`, `thinking`, `reasoning_text`, `thought` and kin. */
function isReasoning({ type, thinking, reasoning, thought }: Fields): boolean {
  if (thinking !== undefined || reasoning !== undefined || thought === true) return true
  return typeof type === 'string' && (type.includes('reasoning') || type.includes('think') || type === 'thought')
}

/** The words of a value in whichever wrapping: a text, a part with one under any of its names, or a list of those. */
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

/** An empty object or list fills a field as null does. */
function isPresent(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value !== undefined && value !== null && value !== false && value !== ''
}

/** An error inside a 200, in any of its shapes; undefined when there is none. */
function errorIn(value: Fields): unknown {
  // MiniMax tells beside the answer how it went; 0 is well.
  const { base_resp: base } = value
  if (isFields(base) && typeof base.status_code === 'number' && base.status_code !== 0) return value
  if (isPresent(value.error)) return hasStatusBeside(value) ? value : value.error
  // Groq says in a field of its own why it broke off.
  if (isFields(value.x_groq) && isPresent(value.x_groq.error)) return value.x_groq.error
  if (Array.isArray(value.choices)) return undefined
  const saysError = value.object === 'error' || value.success === false || isPresent(value.detail)
  if (saysError || value.type === 'error' || (Array.isArray(value.errors) && value.errors.length > 0)) return value
  const said = [value.message, value.msg, value.error_msg].some((words) => typeof words === 'string' && words !== '')
  if (!said) return undefined
  const statuses = [value.status, value.status_code, value.statusCode, value.http_status_code, value.code]
  const named = isErrorName(value.code) || isErrorName(value.error_code) || isErrorType(value.type ?? value.status)
  return named || statuses.some(isErrorStatus) || isPositive(value.error_code) ? value : undefined
}

/** What stands beside an `error` may say more than it. */
function hasStatusBeside({ code, status, status_code, message, detail, details, estimated_time }: Fields): boolean {
  return [code, status, status_code, message, detail, details, estimated_time].some(isPresent)
}

/** Whether a number, or one in text, tells of an error. Some send 0 or 200 when all is well. */
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

/** Groq keeps the usage of a stream in a field of its own, and so do gateways that pass Gemini's on. */
function usageElsewhere({ x_groq: groq, usageMetadata, usage_metadata }: Fields): Usage | null {
  return readUsage(isFields(groq) ? groq.usage : (usageMetadata ?? usage_metadata))
}
