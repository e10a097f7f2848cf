import 'server-only'
import { countWords } from './prose'

/** How long a summary should be; without either, about an eighth of the sentences. */
interface SummaryLength {
  sentences?: number
  words?: number
}

export interface Summary {
  /** The chosen sentences, word for word, in the order of the text. */
  sentences: string[]
  /** How many different sentences were compared. */
  compared: number
  /** The text was too long to compare all of it, so excerpts from the whole of it were taken. */
  excerpts: boolean
}

/** Bounds that keep a summary of any text at some 20 ms of the event loop. */
const mostSentences = 300
const mostCharacters = 40_000
const excerptCount = 16
/** A longer one is a table, a log or a text without stops, and no use as a quotation. In characters. */
const longestSentence = 600

const damping = 0.85
const tolerance = 0.0001
const mostRounds = 50

/**
 * Chooses the sentences that share most words with the others: TextRank (R. Mihalcea and P. Tarau, “TextRank: Bringing
 * Order into Texts”, EMNLP 2004). Sentences are the nodes of a graph, their edges weigh the words they have in common
 * divided by the logarithms of their lengths, and a random walk over it says which are central.
 */
export function summarise(text: string, length: SummaryLength = {}): Summary {
  const excerpts = text.length > mostCharacters
  const all = excerpts ? excerptsOf(text).flatMap((each) => sentencesOf(each).slice(1, -1)) : sentencesOf(text)
  const sentences = evenly([...new Set(all)], mostSentences)
  const ranks = rank(sentences.map(contentWords))
  const byRank = [...sentences.keys()].sort((a, b) => (ranks[b] ?? 0) - (ranks[a] ?? 0) || a - b)
  const chosen = choose(byRank, sentences, length).sort((a, b) => a - b)
  return { sentences: chosen.map((index) => sentences[index] ?? ''), compared: sentences.length, excerpts }
}

/** How many sentences of prose a text has; headings, tables and code are none. Looks only at the start of a long one. */
export function countSentences(text: string): number {
  return sentencesOf(text.slice(0, 8000)).length
}

function choose(byRank: number[], sentences: string[], { sentences: wanted, words }: SummaryLength): number[] {
  if (words === undefined) return byRank.slice(0, wanted ?? Math.min(7, Math.max(3, Math.round(sentences.length / 8))))
  let left = words
  return byRank.filter((index) => {
    const length = countWords(sentences[index] ?? '')
    if (length > left) return false
    left -= length
    return true
  })
}

/** Pieces of equal length from all over a text. */
function excerptsOf(text: string): string[] {
  const size = mostCharacters / excerptCount
  const step = (text.length - size) / (excerptCount - 1)
  return Array.from({ length: excerptCount }, (_, index) => {
    const from = Math.round(index * step)
    return text.slice(from, from + size)
  })
}

function evenly<T>(items: T[], most: number): T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]).filter(
    (item) => item !== undefined,
  )
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
/** A stop that ends no sentence: the segmenter knows none of these. */
const abbreviation = /(?:^|[\s(“"])(?:Mr|Mrs|Ms|Dr|Prof|St|vs|e\.g|i\.e|cf|Fig|No|\p{Lu})\.$/u

/** The sentences of a text, their line breaks made spaces. A block without a stop in it is a heading or a table. */
function sentencesOf(text: string): string[] {
  return (
    text
      .replace(/^(```|~~~).*?^\1/gms, '\n\n')
      .split(/\r?\n[ \t]*\r?\n|\n(?=[ \t]*(?:[-*+•]|\d{1,3}[.)]|#{1,6}|\|)[ \t])/)
      .map((block) =>
        block
          .replace(/^[ \t]*(?:[-*+•>]|\d{1,3}[.)]|#{1,6})[ \t]+/, '')
          .replace(/\s+/g, ' ')
          .trim(),
      )
      .filter((block) => /[.!?…。！？]/.test(block) && !block.startsWith('|'))
      // Each segment holds a copy of all that the segmenter was given, so it is given little.
      .flatMap((block) => block.match(/.{1,2000}[.!?…。！？] |.{1,2000}/gu) ?? [])
      .flatMap(split)
      .filter((sentence) => sentence.length <= longestSentence && contentWords(sentence).length >= 2)
  )
}

function split(block: string): string[] {
  const sentences: string[] = []
  for (const { segment } of segmenter.segment(block)) {
    const before = sentences.at(-1)
    const goesOn = before !== undefined && (abbreviation.test(before) || /^\p{Ll}/u.test(segment))
    if (goesOn) sentences[sentences.length - 1] = `${before} ${segment.trim()}`
    else sentences.push(segment.trim())
  }
  return sentences
}

/** Words that any two English sentences share. Another language does without, and is ranked a little worse for it. */
const common = new Set(
  `a about after all also an and any are as at be because been before but by can could did do does for from had has have he
  her his how i if in into is it its may more most my no not of on one only or other our out over she should so some such
  than that the their them then there these they this those through to too up very was we were what when where which while
  who will with would you your`.split(/\s+/),
)

/** The different words of a sentence that say something. Scripts without spaces are taken by the character. */
function contentWords(sentence: string): string[] {
  const words = sentence.toLowerCase().match(/\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|[\p{L}\p{N}]+/gu) ?? []
  return [...new Set(words)].filter((word) => !common.has(word))
}

/** The other sentences that one shares words with, and how strongly; the weights sum to 1. */
interface Edges {
  to: number[]
  weights: number[]
}

/** The rank of each sentence, by the words of each. */
function rank(sentences: string[][]): number[] {
  const graph = edgesOf(sentences)
  let ranks = sentences.map(() => 1)
  for (let round = 0; round < mostRounds; round++) {
    const next = sentences.map(() => 1 - damping)
    for (const [from, { to, weights }] of graph.entries()) {
      const given = damping * (ranks[from] ?? 0)
      for (let edge = 0; edge < to.length; edge++) {
        const index = to[edge] ?? 0
        next[index] = (next[index] ?? 0) + given * (weights[edge] ?? 0)
      }
    }
    const settled = next.every((each, index) => Math.abs(each - (ranks[index] ?? 0)) < tolerance)
    ranks = next
    if (settled) break
  }
  return ranks
}

function edgesOf(sentences: string[][]): Edges[] {
  const places = placesOf(sentences)
  const lengths = sentences.map((words) => Math.log(words.length))
  return sentences.map((words, from) => {
    const shared = new Uint16Array(sentences.length)
    for (const word of words) for (const to of places.get(word) ?? []) shared[to] = (shared[to] ?? 0) + 1
    shared[from] = 0
    const to: number[] = []
    const weights: number[] = []
    let sum = 0
    for (let other = 0; other < shared.length; other++) {
      const count = shared[other] ?? 0
      if (count === 0) continue
      const weight = count / ((lengths[from] ?? 0) + (lengths[other] ?? 0))
      to.push(other)
      weights.push(weight)
      sum += weight
    }
    return { to, weights: weights.map((weight) => weight / sum) }
  })
}

/** Which sentences each word is in. Comparing along these takes a fraction of comparing every two sentences. */
function placesOf(sentences: string[][]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const [index, words] of sentences.entries()) {
    for (const word of words) {
      const known = places.get(word)
      if (known) known.push(index)
      else places.set(word, [index])
    }
  }
  return places
}
