import 'server-only'
import { processSingleton } from '@/lib/process'
import { ranksOf, tokensIn } from './byte-pairs'

/**
 * How accurate a count is: `exact` with the model's own tokenizer, `approximate` with a related one, `unknown` when the
 * tokenizer is unknown and characters are counted instead.
 */
export type Accuracy = 'exact' | 'approximate' | 'unknown'

const byCertainty: Accuracy[] = ['exact', 'approximate', 'unknown']

/** The lower of two accuracies, for a sum of counts. */
export function lessCertain(one: Accuracy, other: Accuracy): Accuracy {
  return byCertainty.indexOf(one) > byCertainty.indexOf(other) ? one : other
}

/** A number of tokens and its accuracy. */
export interface Count {
  tokens: number
  accuracy: Accuracy
}

/** Splits text into pieces that are encoded separately, and counts the tokens of a piece. */
export interface Tokenizer {
  split(text: string): string[]
  count(piece: string): number
}

export type Encoding = 'o200k' | 'cl100k'
export interface Family {
  encoding: Encoding | null
  accuracy: Accuracy
}

const unknown: Family = { encoding: null, accuracy: 'unknown' }

/**
 * The tokenizers of models, by the start of their names; the first match counts.
 *
 * Exact: OpenAI's own table, github.com/openai/tiktoken, `tiktoken/model.py`.
 * Approximate: Llama 3 and Qwen extend cl100k ("The Llama 3 Herd of Models" section 3.2, "Qwen Technical Report" section
 * 2.2); Mistral's Tekken and DeepSeek's tokenizer are byte-level BPE of o200k's kind and size (mistral-common's
 * documentation, "DeepSeek-V3 Technical Report" section 4.1).
 * Claude and Gemini are missing on purpose: only their APIs count tokens.
 */
const families: [RegExp, Family][] = [
  [/^(gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|gpt-oss|chatgpt-4o|o[134])(?!\d)/, { encoding: 'o200k', accuracy: 'exact' }],
  [/^(gpt-4|gpt-3\.5|gpt-35)(?![.\d])/, { encoding: 'cl100k', accuracy: 'exact' }],
  [/^(meta-)?llama-?[34]/, { encoding: 'cl100k', accuracy: 'approximate' }],
  [/^(qwen|qwq)/, { encoding: 'cl100k', accuracy: 'approximate' }],
  [
    /^(mistral|ministral|magistral|devstral|codestral|pixtral|deepseek)/,
    { encoding: 'o200k', accuracy: 'approximate' },
  ],
]

/** The tokenizer of a model with any provider: also of `openai/gpt-4o`, `ft:gpt-4o-mini:org::1` and `gpt-oss:20b`. */
export function familyOf(model: string): Family {
  const name = model.toLowerCase().replace(/^.*\//, '').replace(/^ft:/, '')
  return families.find(([pattern]) => pattern.test(name))?.[1] ?? unknown
}

/** Loads the tokenizer of an encoding, once per process. Blocks the event loop for some 200 ms, so do it at startup. */
export function loadTokenizer(encoding: Encoding): Promise<Tokenizer> {
  return processSingleton(`tokenizer ${encoding}`, () => load(encoding))
}

async function load(encoding: Encoding): Promise<Tokenizer> {
  const patterns = await import('gpt-tokenizer/encodingParams/constants')
  const { default: tokens } = await (encoding === 'o200k'
    ? import('gpt-tokenizer/bpeRanks/o200k_base')
    : import('gpt-tokenizer/bpeRanks/cl100k_base'))
  const ranks = ranksOf(tokens)
  const { source } = encoding === 'o200k' ? patterns.O200K_TOKEN_SPLIT_REGEX : patterns.CL100K_TOKEN_SPLIT_REGEX
  const split = splitterBy(source)
  // Special tokens in a message count as ordinary text.
  const count = (piece: string) => tokensIn(piece, ranks)
  warmUp({ split, count })
  return { split, count: memoized(count) }
}

/** Splits text into the matches of a pattern, which cover all of it. */
function splitterBy(source: string): Tokenizer['split'] {
  const pattern = new RegExp(source, 'uy')
  return (text) => {
    const pieces: string[] = []
    // Not `exec`, which creates an object for each match.
    for (let from = 0; pattern.test(text); from = pattern.lastIndex) pieces.push(text.slice(from, pattern.lastIndex))
    return pieces
  }
}

/** Most words repeat, so their counts are cached. A full cache is cleared. */
const MAX_CACHED_COUNTS = 10_000

function memoized(count: Tokenizer['count']): Tokenizer['count'] {
  const counts = new Map<string, number>()
  return (piece) => {
    const cached = counts.get(piece)
    if (cached !== undefined) return cached
    if (counts.size >= MAX_CACHED_COUNTS) counts.clear()
    const tokens = count(piece)
    // Copies the piece: V8 would keep the whole text that it is a slice of.
    counts.set(Buffer.from(piece, 'utf16le').toString('utf16le'), tokens)
    return tokens
  }
}

/** Lets V8 optimize the counters before anybody waits for them: the first counts are many times slower. */
function warmUp({ split, count }: Tokenizer): void {
  for (let time = 0; time < 30; time++) {
    const text = `Streams don't run at ${time}:30 – élan, река, 河流, \u{1F600}\n\n\tconst x = [${time}];   `.repeat(12)
    for (const piece of split(text)) count(piece)
  }
}
