import 'server-only'
import { isIP } from 'node:net'
import type { Connection } from './connection'
import { isPublicAddress } from './network/ssrf-guard'

/** How long each wait of one attempt may last, in milliseconds. */
export interface Clocks {
  /** From the request to the first text, dialling and headers included. Any sign of life starts it anew. */
  firstTokenMs: number
  /** From one text to the next. Comments and empty deltas do not count. */
  idleMs: number
  /** How long signs of life that are no content, such as comments, can put off the end of the first wait. */
  heartbeatMs: number
}

/** The waits as the server's settings have them. */
export interface TimeLimits extends Clocks {
  /** In place of `firstTokenMs`, for servers on this machine or its network: they load a model before they answer. */
  localFirstTokenMs: number
}

const reasoningFirstTokenMs = 600_000

/**
 * Models that think before their first word, some without a sign of it, as their makers name them: OpenAI's o-series,
 * GPT-5 (platform.openai.com/docs/guides/reasoning) and gpt-oss, DeepSeek R1 (api-docs.deepseek.com/guides/reasoning_model)
 * and V4, Qwen's QwQ and Qwen3, Mistral's Magistral, Claude, Gemini Pro, GLM, Grok 4, and what others call "-thinking",
 * "-reasoning" or "-reasoner". The name may follow a maker's.
 */
const reasoningNames = new RegExp(
  [
    '(?:^|[/:])(?:o[134](?:-|$)|gpt-5(?!.*-chat)|gpt-oss|(?:deepseek-)?r1(?:[-:]|$)|deepseek-(?:r1|v4)|qwq|qwen-?3|magistral)',
    '(?:^|[/:])(?:claude-|gemini-.*pro|glm-|grok-4(?!.*non-reasoning))',
    String.raw`(?<!non)[-_:](?:thinking|reasoning|reasoner)(?:\b|_)`,
  ].join('|'),
  'i',
)

/**
 * The clocks for a model: one that reasons has at least ten minutes to its first text, one on a local server what the
 * settings give those, and what a person chose for the provider wins.
 */
export function clocksFor(
  { model, baseUrl, patience }: { model: string } & Pick<Connection, 'baseUrl' | 'patience'>,
  { localFirstTokenMs, ...clocks }: TimeLimits,
): Clocks {
  const usual = isLocal(baseUrl) ? localFirstTokenMs : clocks.firstTokenMs
  const least = reasoningNames.test(model) ? reasoningFirstTokenMs : 0
  return {
    ...clocks,
    firstTokenMs: patience?.firstTokenTimeoutMs ?? Math.max(usual, least),
    idleMs: patience?.idleTimeoutMs ?? clocks.idleMs,
  }
}

/** Whether an address is of this machine or its own network, by what it says: nothing is resolved. */
function isLocal(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return !isPublicAddress(host)
  return !host.includes('.') || /\.(?:localhost|local|lan|internal|home\.arpa)\.?$/.test(host)
}
