import 'server-only'
import { processSingleton } from '@/lib/process'
import { ranksOf, tokensIn } from './byte-pairs'

/**
 * How far a count can be trusted: `exact` for text counted by the model's own tokenizer, `approximate` by a related one,
 * `unknown` when nothing is known of it and characters are counted instead.
 */
export type Accuracy = 'exact' | 'approximate' | 'unknown'

const byCertainty: Accuracy[] = ['exact', 'approximate', 'unknown']

/** How far what was counted in both ways can be trusted. */
export function lessCertain(one: Accuracy, other: Accuracy): Accuracy {
  return byCertainty.indexOf(one) > byCertainty.indexOf(other) ? one : other
}

/** Tokens, and how far their number can be trusted. */
export interface Count {
  tokens: number
  accuracy: Accuracy
}

/** Cuts text into the pieces that are encoded each by itself, and counts these. */
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
 * Which tokenizer a model has, by the beginning of its name; the first that fits counts.
 *
 * Exact: OpenAI's own table, github.com/openai/tiktoken, `tiktoken/model.py`.
 * Approximate: Llama 3 and Qwen extend cl100k ("The Llama 3 Herd of Models" section 3.2, "Qwen Technical Report" section
 * 2.2); Mistral's Tekken and DeepSeek's tokenizer are byte-level BPE of o200k's kind and size (mistral-common's
 * documentation, "DeepSeek-V3 Technical Report" section 4.1).
 * Unknown on purpose: Claude and Gemini count by an API of theirs only.
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

/** The tokenizer of a model, whoever serves it: `openai/gpt-4o`, `ft:gpt-4o-mini:org::1` and `gpt-oss:20b` are known too. */
export function familyOf(model: string): Family {
  const name = model.toLowerCase().replace(/^.*\//, '').replace(/^ft:/, '')
  return families.find(([pattern]) => pattern.test(name))?.[1] ?? unknown
}

/**
 * The tokenizer of an encoding. Loading takes some 200 ms of the event loop, once a process: a server that means to
 * stream asks for it as it starts.
 */
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
  // Special tokens in a message are text like any other.
  const count = (piece: string) => tokensIn(piece, ranks)
  warmUp({ split, count })
  return { split, count: remembering(count) }
}

/** Every match of a pattern is a piece; together they are the whole text. */
function splitterBy(source: string): Tokenizer['split'] {
  const pattern = new RegExp(source, 'uy')
  return (text) => {
    const pieces: string[] = []
    // `exec` would make an object of each match.
    for (let from = 0; pattern.test(text); from = pattern.lastIndex) pieces.push(text.slice(from, pattern.lastIndex))
    return pieces
  }
}

/** Most words of a text have come before: so many counts are kept, and then begun anew. */
const COUNTS_KEPT = 10_000

function remembering(count: Tokenizer['count']): Tokenizer['count'] {
  const counts = new Map<string, number>()
  return (piece) => {
    const known = counts.get(piece)
    if (known !== undefined) return known
    if (counts.size >= COUNTS_KEPT) counts.clear()
    const tokens = count(piece)
    // A copy: a piece may be held as a reference to all of the text that it was cut from.
    counts.set(Buffer.from(piece, 'utf16le').toString('utf16le'), tokens)
    return tokens
  }
}

/** The first counts take many times as long as all others: they are made while nobody waits for them. */
function warmUp({ split, count }: Tokenizer): void {
  for (let time = 0; time < 30; time++) {
    const text = `Streams don't run at ${time}:30 – élan, река, 河流, \u{1F600}\n\n\tconst x = [${time}];   `.repeat(12)
    for (const piece of split(text)) count(piece)
  }
}
