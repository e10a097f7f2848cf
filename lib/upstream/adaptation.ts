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

const usual: Adaptation = { without: [], lengthName: 'max_tokens', stream: null, systemRole: true }

/** A model may be served otherwise by then, so it is asked in the usual way again. */
export const LEARNT_FOR_MS = 7 * 86_400_000

/** An error as a server wrote it, and what it means. `status` is the response's; undefined inside a 200. */
export interface Refused {
  payload: unknown
  problem: UpstreamProblem
  status?: number
}

/**
 * Sends a request in the way that its model takes: what the model refuses is left out or said otherwise, and that is
 * remembered once it has been answered. Each change is tried once, and none when the refusal is about a key, a quota or
 * a rate. `send` gives `refused` when the answer is an error inside a 200. `differences` tells what the person should know of.
 */
export async function askAdapting<T extends { refused?: Refused }>(
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
      (response) => ({ response, refused: response.refused }),
      (error: unknown) => ({ error, refused: refusedIn(error) }),
    )
    const change = sent.refused && changeFor(sent.refused, parameters, adaptation, tried)
    if (change) {
      tried.add(change.name)
      adaptation = { ...adaptation, ...change.to }
    } else if ('error' in sent) throw sent.error
    else {
      if (adaptation !== known && !sent.refused) connection.remember(request.model, adaptation)
      return { response: sent.response, differences: differencesOf(request, adaptation) }
    }
  }
}

function refusedIn(error: unknown): Refused | undefined {
  if (!(error instanceof APIError) || error.status === undefined) return undefined
  return { payload: error.error ?? error.message, problem: problemFromError(error), status: error.status }
}

function adaptationTo(capabilities: Capabilities, model: string): Adaptation {
  const learnt = capabilities.get(model)
  return learnt && learnt.learnedAt > Date.now() - LEARNT_FOR_MS ? learnt : usual
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

/** The instructions joined to the first prompt; a prompt of their own when there is none. */
function withoutSystem(messages: ChatMessage[]): ChatMessage[] {
  const instructions = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  const rest = messages.filter(({ role }) => role !== 'system')
  if (instructions.length === 0) return rest
  const first = rest.findIndex(({ role }) => role === 'user')
  if (first !== 0) return [{ role: 'user', content: instructions.join('\n\n') }, ...rest]
  return rest.map((message, place) =>
    place === 0 ? { ...message, content: [...instructions, message.content].join('\n\n') } : message,
  )
}

/** What of a person's request was asked otherwise. */
function differencesOf(request: CompletionRequest, { stream, systemRole, without }: Adaptation): string[] {
  return [
    ...(request.stream && stream === false ? ['stream'] : []),
    ...(!systemRole && request.messages.some(({ role }) => role === 'system') ? ['system'] : []),
    ...(request.temperature !== undefined && without.includes('temperature') ? ['temperature'] : []),
  ]
}

/** A refusal as the rules read it. */
interface Refusal {
  words: string
  /** The field that the provider names as the cause, in a place of its own. */
  param: string
  parameters: ChatCompletionCreateParams
  adaptation: Adaptation
}

interface Change {
  /** By which it is known as tried. */
  name: string
  to: Partial<Adaptation>
}

function changeFor(
  refused: Refused,
  parameters: ChatCompletionCreateParams,
  adaptation: Adaptation,
  tried: Set<string>,
): Change | null {
  const words = wordsOf(refused)
  if (words === null) return null
  // Wherever it stands: gateways pass it on inside errors of their own.
  const param = /["']param["']\s*:\s*["']([\w.[\]]+)["']/.exec(words)?.[1] ?? ''
  for (const rule of rules) {
    const change = rule({ words, param, parameters, adaptation })
    if (change && !tried.has(change.name)) return change
  }
  return null
}

/** All that a server says when it may have refused what it was asked; null when it is about something else. */
function wordsOf({ payload, problem, status = problem.refusal?.status ?? 400 }: Refused): string | null {
  if (status < 400 || [401, 402, 403, 407, 408, 429].includes(status)) return null
  if (['auth', 'quota', 'rate_limit'].includes(problem.kind)) return null
  const words = typeof payload === 'string' ? payload : JSON.stringify(payload)
  // Gateways pass refusals on as JSON within JSON.
  return words.replace(/\\+(?=["'n])/g, '').slice(0, 8000)
}

const refuses =
  /unsupported|not (?:be )?(?:supported|permitted|allowed|enabled|available|recogni[sz]ed|accepted)|n[o’']t (?:support|accept|allow|recogni)|unknown|unrecogni[sz]ed|unexpected|deprecated|extra (?:inputs?|fields?|propert)|additional propert|only (?:the default|\S+ is allowed|support)|(?:may|can|must) only be|must be (?:the default|unset|omitted|1\b)|can(?:not|’t|'t) be (?:set|used|specified)|both be specified|invalid (?:parameter|argument|field)|不支持|不允许|サポートされていません|지원(?:되|하)지|nicht (?:unterstützt|erlaubt)|pas (?:pris en charge|supporté)|no (?:es compatible|se admite|soporta)|não (?:é )?(?:suportad|compatível)/i
/** A value that is out of its range is the person's to change. */
const outOfRange =
  /\b(?:between|at most|at least|less than|greater than|range|too (?:large|small|high|low|big|long|many)|exceeds?)\b|[<>≤≥]=?\s*\d/i

/** What can be changed, in the order in which it is tried. */
const rules: ((refusal: Refusal) => Change | null)[] = [
  function streamOptions({ words, param, parameters, adaptation }) {
    if (!('stream_options' in parameters)) return null
    const named = /stream_?options|include_?usage/i.test(`${words} ${param}`)
    return named ? leaving('stream_options', adaptation) : null
  },
  function length({ words, param, parameters, adaptation: { lengthName } }) {
    if (!(lengthName in parameters) || outOfRange.test(words)) return null
    const other = lengthName === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
    const asksForOther = new RegExp(`\\b${other}\\b`).test(words)
    const refused = param === lengthName || (new RegExp(`\\b${lengthName}\\b`).test(words) && refuses.test(words))
    return asksForOther || refused ? { name: 'length', to: { lengthName: other } } : null
  },
  function fields({ words, param, parameters, adaptation }) {
    const sent = Object.keys(parameters).filter((field) => !required.has(field))
    const named = sent.find((field) => param === field || new RegExp(`\\b${field}\\b`).test(words))
    return named && refuses.test(words) && !outOfRange.test(words) ? leaving(named, adaptation) : null
  },
  function system({ words, parameters: { messages } }) {
    const has = messages.some(({ role }) => role === 'system')
    return has && refusesSystem.test(words) ? { name: 'system role', to: { systemRole: false } } : null
  },
  function streaming({ words, param, parameters: { stream } }) {
    if (stream) {
      const refused = param === 'stream' || refusesStream.test(words)
      return refused ? { name: 'stream', to: { stream: false } } : null
    }
    return wantsStream.test(words) ? { name: 'stream', to: { stream: true } } : null
  },
  /** Some say that a field is unknown and not which: of the usual ones, this is the newest. */
  function unnamed({ words, param, parameters, adaptation }) {
    if (param !== '') return null
    const unknown =
      /\b(?:unknown|extra|unrecogni[sz]ed|unexpected|unsupported|additional)\b.{0,40}\b(?:field|input|parameter|argument|key|propert|option)/i
    const named = Object.keys(parameters).some((field) => new RegExp(`\\b${field}\\b`).test(words))
    return 'stream_options' in parameters && !named && unknown.test(words)
      ? leaving('stream_options', adaptation)
      : null
  },
]

/** Left out, the request would be another one, or cost more than it may; or a rule of its own is about them. */
const required = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'],
  // With these a server goes on with an answer: one that refuses is asked in words.
  ...['continue_final_message', 'add_generation_prompt'],
])

function leaving(field: string, { without }: Adaptation): Change {
  return { name: `without ${field}`, to: { without: [...without, field] } }
}

const no =
  "(?:(?:not|n[o’']t|un)\\s?-?(?:\\w+\\s)?(?:support|allow|enabl|permit|accept|available|recogni|valid|implement)|不支持|サポートされていません|지원(?:되|하)지|nicht unterstützt|pas (?:pris en charge|supporté)|no (?:es compatible|se admite|soporta)|não (?:é )?suportad)"
const refusesSystem = new RegExp(
  [
    `\\b(?:system|developer)\\b.{0,60}${no}`,
    `${no}.{0,60}\\b(?:system|developer)\\b`,
    '(?:unexpected|invalid|unknown|unsupported) (?:message )?(?:role|value)\\W{1,12}(?:system|developer)\\b',
    // Templates that know two roles alone.
    'only (?:the )?\\W?user\\W? and \\W?(?:assistant|model)\\W?(?:, and \\w+)? roles?',
    '(?:should|must) be (?:one of )?\\W{0,3}user\\W{1,3}(?:or|,|and)\\W{1,3}(?:assistant|model)\\b',
    'roles must alternate',
  ].join('|'),
  'i',
)
const refusesStream = new RegExp(
  [
    'verified to stream',
    `\\bstream(?:ing|ed)?\\b(?!_options|\\W+mode only).{0,60}${no}`,
    `${no}.{0,30}\\bstream(?:ing|ed)?\\b(?!_options)`,
    '\\bstream\\W{0,3}(?:must|has to|needs to) be (?:set to )?\\W?false',
    'set \\W?stream\\W?(?:\\s*=\\s*|\\s+to\\s+|:\\s*)\\W?false',
    'only supports? non-?stream',
    'cannot (?:be )?stream',
  ].join('|'),
  'i',
)
const wantsStream =
  /only supports? (?:the )?stream|stream(?:ing)?\b.{0,20}\b(?:is )?required|stream\W{0,3}(?:must|has to|needs to) be (?:set to )?\W?true|must be streamed|enable (?:the )?\W?stream|set \W?stream\W?(?:\s*=\s*|\s+to\s+|:\s*)\W?true/i
