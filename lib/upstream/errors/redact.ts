import 'server-only'
import type { Problem } from '@/lib/protocol/events'
import type { Connection, UpstreamProblem } from '../connection'
import { isMarkup } from './error-text'

const MAX_MESSAGE = 300
/** Shorter values may be ordinary words of a message. */
const MIN_SECRET = 8

/**
 * Patterns of keys, internal addresses, and paths. Order matters: the wider ones come last. None includes the
 * punctuation that follows. Keys and addresses are ASCII: Chinese follows them without a space.
 */
const secrets: [RegExp, string][] = [
  [/\bBearer\s+[^\s"',\x80-\uffff]+(?<![.!?…:;)])/gi, '[key]'],
  [/\b(?:sk|pk|rk|gsk|xai|nvapi|pplx|hf|ghp)[-_][^\s"',;)\x80-\uffff]{4,}(?<![.!?…:])/gi, '[key]'],
  // Requires a digit: "token_limit" and "key_access" are ordinary words.
  [/\b(?:key|token)[-_](?=[^\s"',;)\x80-\uffff]*\d)[^\s"',;)\x80-\uffff]{4,}(?<![.!?…:])/gi, '[key]'],
  [/\bAIza[\w-]{10,}/g, '[key]'],
  [/[^\s"'\x80-\uffff]*\*{3,}[^\s"',;)\x80-\uffff]*(?<![.!?…:])/g, '[key]'],
  [
    /(\b(?:api[ _-]?key|authorization|secret|password)\b[^:=：\n]{0,24}[:=：](?!\/\/)\s*)[^\s,;\x80-\uffff]+(?<![.!?…])/gi,
    '$1[key]',
  ],
  [/\b(?=\w*\d)[A-Za-z0-9_]{32,}\b/g, '[key]'],
  [
    /\bhttps?:\/\/(?:[^\s/"'@]*@|localhost|[\d.]+|\[[^\]\s]*\]|[\w-]+[:/]|[\w.-]+\.(?:internal|local|lan|cluster))[^\s"'\x80-\uffff]*(?<![.!?…,;)])/gi,
    '[address]',
  ],
  [/\b(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[\w.-]+\.(?:internal|local|lan))(?::\d+)?\b/gi, '[address]'],
  [/\bHTTPS?ConnectionPool\([^)]{0,200}\)/g, '[address]'],
  [/\b(host(?:name)?[ =:]{1,3}['"]?)[\w.-]+:\d{2,5}\b/gi, '$1[address]'],
  [/\[?\b(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4})+\b\]?(?::\d+)?/gi, '[address]'],
  [
    /(?:\/(?:usr|home|root|opt|srv|var|app|tmp|etc|mnt|Users)\/|[A-Z]:\\)[^\s"':)，。；：、！？（）「」“”]*(?<![.!?…,;])/g,
    '[path]',
  ],
]

/**
 * A provider's message made safe for the page: one line of at most 300 characters, without markup, keys,
 * stack traces, internal addresses, and paths. Undefined when nothing is left.
 */
export function cleanMessage(text: string): string | undefined {
  if (isMarkup(text)) return undefined
  // Text far beyond the limit needn't be searched.
  let message = text.slice(0, 4096).split(/\n\s*at |\bTraceback \(|\n\s*File "/, 1)[0] ?? ''
  for (const [pattern, name] of secrets) message = message.replace(pattern, name)
  message = message
    .replace(/<[^>]{0,200}>/g, ' ')
    // Keeps joiners and non-joiners, which Persian, Hindi and emoji need.
    .replace(/(?:(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\s])+/gu, ' ')
    .trim()
  if (message === '') return undefined
  return message.length > MAX_MESSAGE ? `${truncate(message)}…` : message
}

/** The start of a text within the limit, cut at the end of a word if there is one nearby. */
function truncate(text: string): string {
  const cut = text.slice(0, MAX_MESSAGE - 1).replace(/[\ud800-\udbff]$/, '')
  const space = cut.lastIndexOf(' ')
  return (space > MAX_MESSAGE - 60 ? cut.slice(0, space) : cut).replace(/[\s,;:.]+$/, '')
}

/** A problem that may leave the server: without the connection's key and headers, which some providers quote. */
export function withoutSecrets({ retryHint, ...problem }: UpstreamProblem, connection: Connection): Problem {
  const { apiKey, headers, setByOperator } = connection
  const { upstreamMessage: quoted } = problem
  const message = setByOperator ? forOperator(problem.message, quoted) : problem.message
  if (quoted === undefined) return { ...problem, message }
  const secretValues = [apiKey ?? '', ...Object.values(headers)].filter((secret) => secret.length >= MIN_SECRET)
  const upstreamMessage = secretValues.reduce((redacted, secret) => redacted.replaceAll(secret, '[key]'), quoted)
  return { ...problem, upstreamMessage, message: message.replace(quoted, () => upstreamMessage) }
}

/** Settings can't change what the environment sets. The provider's own message, which comes first, stays as it is. */
function forOperator(message: string, quoted = ''): string {
  const start = message.indexOf(quoted) + quoted.length
  return message.slice(0, start) + message.slice(start).replace(/ in Settings\b/, ' in the server’s own settings')
}
