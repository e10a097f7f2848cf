import type { Usage } from '../events'

/** Tokens that arrive within this time came all at once, so they say nothing about the model's speed. */
export const AT_ONCE_MS = 100

/**
 * Tokens per second over the `ms` from the first to the last. Reasoning tokens count only if the reasoning was streamed:
 * otherwise it was over before the first token. Null when that can't be measured.
 */
export function tokensPerSecond(
  { completionTokens, reasoningTokens }: Pick<Usage, 'completionTokens' | 'reasoningTokens'>,
  ms: number,
  reasoningStreamed: boolean,
): number | null {
  const came = reasoningStreamed ? completionTokens : completionTokens - reasoningTokens
  return ms < AT_ONCE_MS || came < 2 ? null : (came * 1000) / ms
}
