/**
 * What a finish reason comes to, in whichever vocabulary: the end of what was to be said, the limit of the answer's length,
 * a content filter, a cut by the provider, or something that nobody knows, which is no fault.
 */
export type FinishKind = 'stop' | 'length' | 'filter' | 'cut' | 'other'

/** Words of the vocabularies of OpenAI, Anthropic, Gemini, Bedrock, Cohere, watsonx, Zhipu, MiniMax, vLLM, SGLang and others. */
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

/** What a finish reason comes to. */
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

/** Whether a server says that an answer is finished, and not merely fills the field. */
export function isFinishReason(text: string): boolean {
  return !placeholders.has(wordsOf(text).join(' '))
}

/** `MAX_TOKENS`, `maxTokens` and `max-tokens` are the same two words. */
function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}
