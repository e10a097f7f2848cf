import type { Usage } from '../events'

/** Faster than this, tokens came all at once: the pace of the model is not to be seen. */
export const AT_ONCE_MS = 100

/**
 * Tokens a second, from the first that came to the last: `ms` between them. What a model thought counts only where its
 * thoughts came too: else it was over before the first. Null where there is no pace to be seen.
 */
export function tokensPerSecond(
  { completionTokens, reasoningTokens }: Pick<Usage, 'completionTokens' | 'reasoningTokens'>,
  ms: number,
  thoughtsCame: boolean,
): number | null {
  const came = thoughtsCame ? completionTokens : completionTokens - reasoningTokens
  return ms < AT_ONCE_MS || came < 2 ? null : (came * 1000) / ms
}
