import 'server-only'
import type { Problem } from '@/lib/protocol/events'
import type { Connection } from './connection'
import type { UpstreamProblem } from './problems'

const longestMessage = 300
/** A secret shorter than this is no secret, and may be a word of the message. */
const shortestSecret = 8

/**
 * What may name a key, an inner address or a place in somebody's code. Order matters: the wider patterns come last.
 * The end of a sentence that follows belongs to none of them.
 */
const secrets: [RegExp, string][] = [
  [/\bBearer\s+[^\s"',]+(?<![.!?…:;)])/gi, '[key]'],
  [/\b(?:sk|pk|rk|gsk|xai|nvapi|pplx|hf|ghp)[-_][^\s"',;)]{4,}(?<![.!?…:])/gi, '[key]'],
  // "token_limit" and "key_access" are words, and a key has a digit.
  [/\b(?:key|token)[-_](?=[^\s"',;)]*\d)[^\s"',;)]{4,}(?<![.!?…:])/gi, '[key]'],
  [/\bAIza[\w-]{10,}/g, '[key]'],
  [/[^\s"']*\*{3,}[^\s"',;)]*(?<![.!?…:])/g, '[key]'],
  [/(\b(?:api[ _-]?key|authorization|secret|password)\b[^:=\n]{0,24}[:=](?!\/\/)\s*)[^\s,;]+(?<![.!?…])/gi, '$1[key]'],
  [/\b(?=\w*\d)[A-Za-z0-9_]{32,}\b/g, '[key]'],
  [
    /\bhttps?:\/\/(?:[^\s/"'@]*@|localhost|[\d.]+|\[[^\]\s]*\]|[\w-]+[:/]|[\w.-]+\.(?:internal|local|lan|cluster))[^\s"']*(?<![.!?…,;)])/gi,
    '[address]',
  ],
  [/\b(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[\w.-]+\.(?:internal|local|lan))(?::\d+)?\b/gi, '[address]'],
  [/\bHTTPS?ConnectionPool\([^)]{0,200}\)/g, '[address]'],
  [/\b(host(?:name)?[ =:]{1,3}['"]?)[\w.-]+:\d{2,5}\b/gi, '$1[address]'],
  [/\[?\b(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4})+\b\]?(?::\d+)?/gi, '[address]'],
  [/(?:\/(?:usr|home|root|opt|srv|var|app|tmp|etc|mnt|Users)\/|[A-Z]:\\)[^\s"':)]*(?<![.!?…,;])/g, '[path]'],
]

/**
 * A provider's own words, made fit for the page: one line of at most 300 characters, without markup,
 * keys, stack traces, inner addresses and paths. Undefined when nothing is left to say.
 */
export function cleanMessage(text: string): string | undefined {
  if (isMarkup(text)) return undefined
  // What is far beyond the cut need not be searched.
  let words = text.slice(0, 4096).split(/\n\s*at |\bTraceback \(|\n\s*File "/, 1)[0] ?? ''
  for (const [pattern, name] of secrets) words = words.replace(pattern, name)
  words = words
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim()
  if (words === '') return undefined
  return words.length > longestMessage ? `${beginning(words)}…` : words
}

/** As much of a text as may be shown: up to the end of a word, unless that is far. */
function beginning(words: string): string {
  const cut = words.slice(0, longestMessage - 1).replace(/[\ud800-\udbff]$/, '')
  const space = cut.lastIndexOf(' ')
  return (space > longestMessage - 60 ? cut.slice(0, space) : cut).replace(/[\s,;:.]+$/, '')
}

/** Whether a body is a web page, as proxies and sign-in walls answer. */
export function isMarkup(text: string): boolean {
  return (
    /^\s*(?:<!doctype|<html|<head|<body|<\?xml|<!--)/i.test(text.slice(0, 200)) ||
    /<\/(?:html|body|head|title)>/i.test(text)
  )
}

/**
 * A problem as it may leave the server: its words hold neither the key nor a header of the connection, of whatever shape,
 * since some providers quote them; and what the refusal said to Rill alone is gone.
 */
export function withoutSecrets({ refusal, ...problem }: UpstreamProblem, connection: Connection): Problem {
  const { apiKey, headers, setByOperator } = connection
  const { upstreamMessage: said } = problem
  const message = setByOperator ? forOperator(problem.message, said) : problem.message
  if (said === undefined) return { ...problem, message }
  const held = [apiKey ?? '', ...Object.values(headers)].filter((secret) => secret.length >= shortestSecret)
  const upstreamMessage = held.reduce((words, secret) => words.replaceAll(secret, '[key]'), said)
  return { ...problem, upstreamMessage, message: message.replace(said, () => upstreamMessage) }
}

/** Nobody can change in Settings what the environment sets. The provider's own words, which come first, stay as they are. */
function forOperator(message: string, said = ''): string {
  const start = message.indexOf(said) + said.length
  return message.slice(0, start) + message.slice(start).replace(/ in Settings\b/, ' in the server’s own settings')
}
