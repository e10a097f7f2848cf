import 'server-only'
import { countWords, numberBefore } from './prose'
import { counted, fill, oneLine, script } from './script'

/** Keeps a summary of any text at some 20 ms. */
const MAX_COMPARED = 200
/** A longer one is a table, a log or a text without periods. In characters. */
const MAX_SENTENCE = 600
/** A shorter earlier message is no text to summarize. In words. */
const MIN_EARLIER_WORDS = 60

/** Summarizes the document, or the longest earlier message when none came with the request. */
export function summaryReply(instruction: string, document: string, earlier: { content: string }[]): string {
  const longest = earlier.reduce((found, { content }) => (content.length > found.length ? content : found), '')
  const text = document || (countWords(longest) < MIN_EARLIER_WORDS ? '' : longest)
  if (text === '') return script.texts.noDocument
  const [words, wanted] = [numberBefore(instruction, 'word'), numberBefore(instruction, 'sentence')]
  const { sentences, compared, sampled } = summarize(text, { words, sentences: wanted && Math.min(wanted, 20) })
  const [before, after] = [countWords(text), countWords(sentences.join(' '))]
  if (after === 0) return fill('noSentences', { words: counted(before, 'word') })
  const subject = document === '' ? 'the longest earlier message' : 'this text'
  const share = Math.max(1, Math.round((after / before) * 100))
  const figures = { before: counted(before, 'word'), after: counted(after, 'word'), share }
  return [
    fill('summary', { subject, chosen: counted(sentences.length, 'sentence') }),
    ...(sampled ? [script.texts.sampled] : []),
    sentences.map((sentence) => `- “${escapeMarkdown(sentence)}”`).join('\n'),
    fill('summaryFigures', { ...figures, compared: counted(compared, 'sentence') }),
  ].join('\n\n')
}

/**
 * Chooses the sentences that share most words with the others, in the order of the text: as many as asked for, or as fit
 * in `words`, or an eighth. Of a very long text, evenly spaced sentences are compared (`sampled`).
 * Degree centrality, as in G. Erkan and D. Radev, “LexRank”, JAIR 22 (2004), weighted for length as in TextRank.
 */
export function summarize(text: string, length: { sentences?: number | null; words?: number | null } = {}) {
  const all = [...new Set(sentencesOf(text))]
  const step = Math.max(1, all.length / MAX_COMPARED)
  const compared = all.filter((_, index) => index % step < 1).filter(isProse)
  const uses = new Map<string, number>()
  for (const word of compared.flatMap(contentWords)) uses.set(word, (uses.get(word) ?? 0) + 1)
  const rank = (words: string[]) =>
    words.reduce((sum, word) => sum + (uses.get(word) ?? 1) - 1, 0) / Math.log(words.length)
  const ranked = compared.map((sentence, index) => ({ sentence, index, rank: rank(contentWords(sentence)) }))
  const usual = length.words ? Infinity : Math.min(7, Math.max(3, Math.round(compared.length / 8)))
  let left = length.words ?? Infinity
  const chosen: typeof ranked = []
  for (const each of ranked.toSorted((a, b) => b.rank - a.rank)) {
    const words = countWords(each.sentence)
    if (chosen.length >= (length.sentences ?? usual) || words > left) continue
    chosen.push(each)
    left -= words
  }
  const sentences = chosen.sort((a, b) => a.index - b.index).map(({ sentence }) => sentence)
  return { sentences, compared: compared.length, sampled: step > 1 }
}

/** A space after a period that ends no abbreviation, before anything but a small letter; or after a CJK period. */
const sentenceEnd =
  /(?<=[.!?…]["”’)]?)(?<!(?:^|[\s(“"])(?:Mr|Mrs|Ms|Dr|Prof|St|vs|e\.g|i\.e|cf|Fig|No|\p{Lu})\.) (?!\p{Ll})|(?<=[。！？])/u

/** The sentences of a text, each on one line. Headings, tables and code are none. */
export function sentencesOf(text: string): string[] {
  return text
    .replace(/^(```|~~~).*?^\1/gms, '\n\n')
    .split(/\r?\n[ \t]*\r?\n|\n(?=[ \t]*(?:[-*+•]|\d{1,3}[.)]|#{1,6}|\|)[ \t])/)
    .map((block) => oneLine(block.replace(/^[ \t]*(?:[-*+•>]|\d{1,3}[.)]|#{1,6})[ \t]+/, '')))
    .filter((block) => /[.!?…。！？]/.test(block) && !block.startsWith('|'))
    .flatMap((block) => block.split(sentenceEnd))
    .filter((sentence) => sentence.length <= MAX_SENTENCE)
}

export function isProse(sentence: string): boolean {
  return contentWords(sentence).length >= 2
}

const stopWords = new Set(script.stopWords.split(' '))

/** The distinct words of a sentence without stop words. Scripts without spaces count by character. */
function contentWords(sentence: string): string[] {
  const words = sentence.toLowerCase().match(/\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|[\p{L}\p{N}]+/gu) ?? []
  return [...new Set(words)].filter((word) => !stopWords.has(word))
}

/** Shows text as it is where markdown would read marks into it. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>$~|#]/g, '\\$&')
}
