import 'server-only'
import { fill, matches, script } from './script'

/** Enough for more than five minutes of streaming. */
const MAX_WORDS = 20_000
/** In a shorter reply, an introduction would take most of the words. */
const MIN_WORDS_WITH_INTRODUCTION = 60

const numbers = new Map(Object.entries(script.numbers))
const scales = new Map(Object.entries(script.scales))

/** The number before “words” or “sentences”: 2000, 2,000, 2k, two thousand, a few hundred. null when there is none. */
export function numberBefore(text: string, noun: 'word' | 'sentence'): number | null {
  const scale = [...scales.keys()].join('|')
  const number = `\\d{1,3}(?:[,. ]\\d{3})+|\\d+|\\b(?:${[...numbers.keys()].join('|')})\\b`
  const pattern = `(?:(${number})[\\s-]?(${scale})?|\\b(${scale}))[\\s-]+(?:[a-z]+\\s)?${noun}s?\\b`
  const found = new RegExp(pattern, 'i').exec(text.toLowerCase())
  if (found === null) return null
  const [, amount = 'one', factor = found[3] ?? ''] = found
  return (numbers.get(amount) ?? Number(amount.replace(/\D/g, ''))) * (scales.get(factor) ?? 1)
}

/** How many words a text has: runs of anything that isn't white space. */
export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}

/** The demo model's tokens: pieces of some four characters with the white space before them, none halving a character. */
export function tokensOf(text: string): string[] {
  return text.match(/\s{0,8}\S{1,5}|\s{1,8}/gu) ?? []
}

/** The sample paragraphs on a subject that the prompt mentions. */
export function themeIn(prompt: string) {
  return script.themes.find(({ pattern }) => matches(prompt, pattern))
}

/**
 * Prose of exactly `requested` words, up to 20,000, the introduction included. Starts with the subject that `about` mentions
 * and repeats a paragraph only when all have been used.
 */
export function longReply(requested: number, about: string): string {
  const words = Math.min(requested, MAX_WORDS)
  const first = Math.max(
    0,
    script.themes.findIndex(({ pattern }) => matches(about, pattern)),
  )
  const paragraphs = [...script.themes.slice(first), ...script.themes.slice(0, first)]
    .flatMap(({ title, paragraphs }) => [`**${title}**`, ...paragraphs])
    .join('\n\n')
  const available = countWords(paragraphs)
  const introduction = [
    fill('long', { words }),
    words > available ? fill('longRepeats', { available }) : '',
    words === MAX_WORDS ? script.texts.longest : '',
  ].join('')
  const text = [
    ...(words >= MIN_WORDS_WITH_INTRODUCTION ? [introduction] : []),
    ...Array.from({ length: Math.ceil(words / available) }, () => paragraphs),
  ].join('\n\n')
  const last = [...text.matchAll(/\S+/g)][words - 1]
  const cut = text.slice(0, last && last.index + last[0].length).replace(/[,;:]$|(?<![.?!*])$/, '…')
  // Closes a title that was cut.
  return cut.split('**').length % 2 === 0 ? `${cut}**` : cut
}
