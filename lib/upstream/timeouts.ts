import 'server-only'
import { isIP } from 'node:net'
import type { Connection } from './connection'
import { isPublicAddress } from './network/ssrf-guard'

/** The timeouts of one attempt, in milliseconds. */
export interface Timeouts {
  /** From the request to the first text, connecting and headers included. Any bytes restart it. */
  firstTokenMs: number
  /** From one text to the next. Comments and empty deltas don't count. */
  idleMs: number
  /** How long heartbeats, such as comments, can extend the first-token timeout. */
  heartbeatMs: number
}

/** The timeouts of the server's settings. */
export interface TimeoutSettings extends Timeouts {
  /** Replaces `firstTokenMs` for servers on this machine or its network, which load models on demand. */
  localFirstTokenMs: number
}

const REASONING_FIRST_TOKEN_MS = 600_000

/**
 * Names of models that reason before their first word, some without any output: OpenAI's o-series, GPT-5
 * (platform.openai.com/docs/guides/reasoning) and gpt-oss, DeepSeek R1 (api-docs.deepseek.com/guides/reasoning_model) and
 * V4, QwQ and Qwen3, Magistral, Claude, Gemini Pro, GLM, Grok 4, and names with "-thinking", "-reasoning" or "-reasoner".
 * The maker's name may come first.
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
 * The timeouts for a model. Reasoning models get at least ten minutes to their first text, local servers their own
 * setting; what a person chose for the provider takes precedence.
 */
export function timeoutsFor(
  { model, baseUrl, timeoutOverrides }: { model: string } & Pick<Connection, 'baseUrl' | 'timeoutOverrides'>,
  { localFirstTokenMs, ...timeouts }: TimeoutSettings,
): Timeouts {
  const configured = isLocal(baseUrl) ? localFirstTokenMs : timeouts.firstTokenMs
  const minimum = reasoningNames.test(model) ? REASONING_FIRST_TOKEN_MS : 0
  return {
    ...timeouts,
    firstTokenMs: timeoutOverrides?.firstTokenTimeoutMs ?? Math.max(configured, minimum),
    idleMs: timeoutOverrides?.idleTimeoutMs ?? timeouts.idleMs,
  }
}

/** Whether an address is on this machine or its network, as far as it shows without being resolved. */
function isLocal(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return !isPublicAddress(host)
  return !host.includes('.') || /\.(?:localhost|local|lan|internal|home\.arpa)\.?$/.test(host)
}
