import 'server-only'
import { APIError } from 'openai'
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions'
import type {
  Adaptation,
  Capabilities,
  ChatMessage,
  CompletionRequest,
  Connection,
  UpstreamProblem,
} from './connection'
import { problemFromError } from './errors/problems'

const defaultAdaptation: Adaptation = { without: [], lengthName: 'max_tokens', stream: null, systemRole: true }

/** After this time, the default form is tried again: the model's server may have changed. */
export const CAPABILITIES_TTL_MS = 7 * 86_400_000

/** A server's error and its meaning. `status` is the response's; undefined for an error inside a 200. */
export interface Rejection {
  payload: unknown
  problem: UpstreamProblem
  status?: number
}

/**
 * Sends a request in the form that its model accepts: rejected fields are omitted or renamed, which is stored after a
 * success. Each change is tried once, and none when the error is about a key, a quota or a rate limit. `send` sets
 * `rejection` for an error inside a 200. `differences` lists the changes that the person should know of.
 */
export async function sendAdapted<T extends { rejection?: Rejection }>(
  connection: Connection,
  request: CompletionRequest,
  send: (parameters: ChatCompletionCreateParams) => Promise<T>,
): Promise<{ response: T; differences: string[] }> {
  const known = adaptationTo(connection.capabilities, request.model)
  const tried = new Set<string>()
  let adaptation = known
  for (;;) {
    const parameters = parametersOf(request, adaptation)
    const sent = await send(parameters).then(
      (response) => ({ response, rejection: response.rejection }),
      (error: unknown) => ({ error, rejection: rejectionIn(error) }),
    )
    const change = sent.rejection && changeFor(sent.rejection, parameters, adaptation, tried)
    if (change) {
      tried.add(change.name)
      adaptation = { ...adaptation, ...change.to }
    } else if ('error' in sent) throw sent.error
    else {
      if (adaptation !== known && !sent.rejection) connection.remember(request.model, adaptation)
      return { response: sent.response, differences: differencesOf(request, adaptation) }
    }
  }
}

function rejectionIn(error: unknown): Rejection | undefined {
  if (!(error instanceof APIError) || error.status === undefined) return undefined
  return { payload: error.error ?? error.message, problem: problemFromError(error), status: error.status }
}

function adaptationTo(capabilities: Capabilities, model: string): Adaptation {
  const learned = capabilities.get(model)
  return learned && learned.learnedAt > Date.now() - CAPABILITIES_TTL_MS ? learned : defaultAdaptation
}

function parametersOf(request: CompletionRequest, adaptation: Adaptation): ChatCompletionCreateParams {
  const { model, temperature, maxTokens, extra } = request
  const stream = adaptation.stream ?? request.stream
  const optional: Record<string, unknown> = {
    ...extra,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { [adaptation.lengthName]: maxTokens }),
  }
  for (const field of adaptation.without) delete optional[field]
  const messages = adaptation.systemRole ? request.messages : withoutSystem(request.messages)
  return { model, messages, stream, ...optional }
}

/** Prepends the instructions to the first prompt; without one, they become a prompt. */
function withoutSystem(messages: ChatMessage[]): ChatMessage[] {
  const instructions = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  const rest = messages.filter(({ role }) => role !== 'system')
  if (instructions.length === 0) return rest
  if (rest[0]?.role !== 'user') return [{ role: 'user', content: instructions.join('\n\n') }, ...rest]
  return rest.map((message, index) =>
    index === 0 ? { ...message, content: [...instructions, message.content].join('\n\n') } : message,
  )
}

/** The person's wishes that the adapted request doesn't carry. */
function differencesOf(request: CompletionRequest, { stream, systemRole, without }: Adaptation): string[] {
  return [
    ...(request.stream && stream === false ? ['stream'] : []),
    ...(!systemRole && request.messages.some(({ role }) => role === 'system') ? ['system'] : []),
    ...(request.temperature !== undefined && without.includes('temperature') ? ['temperature'] : []),
  ]
}

/** A rejection as the rules read it. */
interface RuleInput {
  text: string
  /** The field that the error names as its `param`; '' when it names none. */
  param: string
  parameters: ChatCompletionCreateParams
  adaptation: Adaptation
}

interface Change {
  /** Identifies the change, to try it only once. */
  name: string
  to: Partial<Adaptation>
}

function changeFor(
  rejection: Rejection,
  parameters: ChatCompletionCreateParams,
  adaptation: Adaptation,
  tried: Set<string>,
): Change | null {
  const text = errorText(rejection)
  if (text === null) return null
  // Anywhere in the text: gateways wrap the provider's error in their own.
  const param = /["']param["']\s*:\s*["']([\w.[\]]+)["']/.exec(text)?.[1] ?? ''
  for (const rule of rules) {
    const change = rule({ text, param, parameters, adaptation })
    if (change && !tried.has(change.name)) return change
  }
  return null
}

/** The whole text of an error that may be about the form of the request; null when it is about something else. */
function errorText({ payload, problem, status = problem.retryHint?.status ?? 400 }: Rejection): string | null {
  if (status < 400 || [401, 402, 403, 407, 408, 429].includes(status)) return null
  if (['auth', 'quota', 'rate_limit'].includes(problem.kind)) return null
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  // Gateways pass errors on as JSON within JSON.
  return text.replace(/\\+(?=["'n])/g, '').slice(0, 8000)
}

const refuses =
  /unsupported|not (?:be )?(?:supported|permitted|allowed|enabled|available|recogni[sz]ed|accepted)|n[o’']t (?:support|accept|allow|recogni)|unknown|unrecogni[sz]ed|unexpected|deprecated|extra (?:inputs?|fields?|propert)|additional propert|only (?:the default|\S+ is allowed|support)|(?:may|can|must) only be|must be (?:the default|unset|omitted|1\b)|can(?:not|’t|'t) be (?:set|used|specified)|both be specified|invalid (?:parameter|argument|field)|不支持|不允许|サポートされていません|지원(?:되|하)지|nicht (?:unterstützt|erlaubt)|pas (?:pris en charge|supporté)|no (?:es compatible|se admite|soporta)|não (?:é )?(?:suportad|compatível)/i
/** A value out of range is for the person to change. */
const outOfRange =
  /\b(?:between|at most|at least|less than|greater than|range|too (?:large|small|high|low|big|long|many)|exceeds?)\b|[<>≤≥]=?\s*\d/i

/** The possible changes, in the order in which they are tried. */
const rules: ((input: RuleInput) => Change | null)[] = [
  function streamOptions({ text, param, parameters, adaptation }) {
    if (!('stream_options' in parameters)) return null
    const named = /stream_?options|include_?usage/i.test(`${text} ${param}`)
    return named ? omit('stream_options', adaptation) : null
  },
  function length({ text, param, parameters, adaptation: { lengthName } }) {
    if (!(lengthName in parameters) || outOfRange.test(text)) return null
    const other = lengthName === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
    const asksForOther = new RegExp(`\\b${other}\\b`).test(text)
    const refused = param === lengthName || (new RegExp(`\\b${lengthName}\\b`).test(text) && refuses.test(text))
    return asksForOther || refused ? { name: 'length', to: { lengthName: other } } : null
  },
  function fields({ text, param, parameters, adaptation }) {
    const sent = Object.keys(parameters).filter((field) => !required.has(field))
    const named = sent.find((field) => param === field || new RegExp(`\\b${field}\\b`).test(text))
    return named && refuses.test(text) && !outOfRange.test(text) ? omit(named, adaptation) : null
  },
  function system({ text, parameters: { messages } }) {
    const has = messages.some(({ role }) => role === 'system')
    return has && refusesSystem.test(text) ? { name: 'system role', to: { systemRole: false } } : null
  },
  function streaming({ text, param, parameters: { stream } }) {
    if (stream) {
      const refused = param === 'stream' || refusesStream.test(text)
      return refused ? { name: 'stream', to: { stream: false } } : null
    }
    return wantsStream.test(text) ? { name: 'stream', to: { stream: true } } : null
  },
  /** Some servers don't say which field is unknown. Of the default ones, `stream_options` is the newest. */
  function unnamed({ text, param, parameters, adaptation }) {
    if (param !== '') return null
    const unknown =
      /\b(?:unknown|extra|unrecogni[sz]ed|unexpected|unsupported|additional)\b.{0,40}\b(?:field|input|parameter|argument|key|propert|option)/i
    const named = Object.keys(parameters).some((field) => new RegExp(`\\b${field}\\b`).test(text))
    return 'stream_options' in parameters && !named && unknown.test(text) ? omit('stream_options', adaptation) : null
  },
]

/** Never omitted: the request would mean or cost something else, or another rule handles the field. */
const required = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'],
  // Without these, a server wouldn't continue the reply: `continuation.ts` handles their rejection.
  ...['continue_final_message', 'add_generation_prompt'],
])

function omit(field: string, { without }: Adaptation): Change {
  return { name: `without ${field}`, to: { without: [...without, field] } }
}

const notSupported =
  "(?:(?:not|n[o’']t|un)\\s?-?(?:\\w+\\s)?(?:support|allow|enabl|permit|accept|available|recogni|valid|implement)|不支持|サポートされていません|지원(?:되|하)지|nicht unterstützt|pas (?:pris en charge|supporté)|no (?:es compatible|se admite|soporta)|não (?:é )?suportad)"
const refusesSystem = new RegExp(
  [
    `\\b(?:system|developer)\\b.{0,60}${notSupported}`,
    `${notSupported}.{0,60}\\b(?:system|developer)\\b`,
    '(?:unexpected|invalid|unknown|unsupported) (?:message )?(?:role|value)\\W{1,12}(?:system|developer)\\b',
    // Chat templates that know only two roles.
    'only (?:the )?\\W?user\\W? and \\W?(?:assistant|model)\\W?(?:, and \\w+)? roles?',
    '(?:should|must) be (?:one of )?\\W{0,3}user\\W{1,3}(?:or|,|and)\\W{1,3}(?:assistant|model)\\b',
    'roles must alternate',
  ].join('|'),
  'i',
)
const refusesStream = new RegExp(
  [
    'verified to stream',
    `\\bstream(?:ing|ed)?\\b(?!_options|\\W+mode only).{0,60}${notSupported}`,
    `${notSupported}.{0,30}\\bstream(?:ing|ed)?\\b(?!_options)`,
    '\\bstream\\W{0,3}(?:must|has to|needs to) be (?:set to )?\\W?false',
    'set \\W?stream\\W?(?:\\s*=\\s*|\\s+to\\s+|:\\s*)\\W?false',
    'only supports? non-?stream',
    'cannot (?:be )?stream',
  ].join('|'),
  'i',
)
const wantsStream =
  /only supports? (?:the )?stream|stream(?:ing)?\b.{0,20}\b(?:is )?required|stream\W{0,3}(?:must|has to|needs to) be (?:set to )?\W?true|must be streamed|enable (?:the )?\W?stream|set \W?stream\W?(?:\s*=\s*|\s+to\s+|:\s*)\W?true/i
