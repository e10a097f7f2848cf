/**
 * What a finish reason means, in any provider's vocabulary: the reply is complete, it reached the length limit, a content
 * filter stopped it, the provider cut it, or the reason is unknown, which is not an error.
 */
export type FinishKind = 'stop' | 'length' | 'filter' | 'cut' | 'other'

/** Words in the finish reasons of OpenAI, Anthropic, Gemini, Bedrock, Cohere, watsonx, Zhipu, MiniMax, vLLM, SGLang and others. */
const filterWords = new Set(
  'safety filter filtered contentfilter prohibited recitation blocklist blocked spii refusal refused sensitive guardrail guardrails moderation toxic toxicity censored policy violation inspection armor'.split(
    ' ',
  ),
)
const cutWords = new Set(
  'abort aborted error errored exception fail failed failure cancel canceled cancelled timeout interrupted incomplete insufficient overloaded malformed unexpected disconnect disconnected unavailable preempted killed'.split(
    ' ',
  ),
)
const stopWords = new Set(
  'stop stopped eos end endoftext complete completed finish finished done normal success tool tools function'.split(
    ' ',
  ),
)
const lengthWords = new Set(['length', 'maxtokens', 'maxlength', 'maxoutput', 'truncated'])
const limits = new Set(['max', 'maximum', 'limit', 'limited', 'exceed', 'exceeded', 'reached', 'full'])
const limited = new Set(['token', 'tokens', 'output', 'context', 'window'])

export function finishKindOf(finishReason: string | null): FinishKind {
  const words = wordsOf(finishReason ?? '')
  const has = (known: Set<string>) => words.some((word) => known.has(word))
  if (has(filterWords)) return 'filter'
  if (has(lengthWords) || (has(limits) && has(limited))) return 'length'
  if (words.includes('limit')) return words.includes('time') ? 'cut' : 'length'
  if (has(cutWords)) return 'cut'
  return words.length === 0 || has(stopWords) ? 'stop' : 'other'
}

const placeholders = new Set(['', 'null', 'none', 'undefined', 'unspecified', 'finish reason unspecified'])

/** Whether a finish reason says something, rather than filling the field. */
export function isFinishReason(text: string): boolean {
  return !placeholders.has(wordsOf(text).join(' '))
}

/** `MAX_TOKENS`, `maxTokens` and `max-tokens` have the same two words. */
function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}
