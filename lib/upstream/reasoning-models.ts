import 'server-only'
import type { Clocks } from './completion'
import type { Patience } from './connection'

const leastFirstTokenMs = 600_000

/**
 * Models that think before their first word, some without a sign of it, as their makers name them: OpenAI's o-series and
 * GPT-5 (platform.openai.com/docs/guides/reasoning), DeepSeek R1 (api-docs.deepseek.com/guides/reasoning_model), Qwen's
 * QwQ, Mistral's Magistral, and what others call "-thinking", "-reasoning" or "-reasoner". The name may follow a maker's.
 */
const names =
  /(?:^|[/:])(?:o[134](?:-|$)|gpt-5(?!.*-chat)|(?:deepseek-)?r1(?:[-:]|$)|deepseek-r1|qwq|magistral)|(?<!non)[-_:](?:thinking|reasoning|reasoner)(?:\b|_)/i

/** The clocks for a model: one that reasons has at least ten minutes to its first content, and what a person chose wins. */
export function clocksFor(model: string, clocks: Clocks, patience?: Patience): Clocks {
  const least = names.test(model) ? leastFirstTokenMs : 0
  return {
    // Some servers send no headers before they have the first word.
    headersMs: patience?.firstTokenTimeoutMs ?? Math.max(clocks.headersMs, least),
    firstTokenMs: patience?.firstTokenTimeoutMs ?? Math.max(clocks.firstTokenMs, least),
    idleMs: patience?.idleTimeoutMs ?? clocks.idleMs,
  }
}
