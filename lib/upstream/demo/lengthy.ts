import 'server-only'
import { countWords, type Theme, themes } from './prose'

/** The longest answer that is written on request, in words: more than five minutes of it. */
const mostWords = 20_000

/** Sentences of 1 to 12 words. However many words are missing at the end, a few of these come to that number. */
const closers = [
  'Enough.',
  'It flows.',
  'And so on.',
  'The rest is water.',
  'This page is full now.',
  'The next bend is not shown.',
  'Somewhere below, the sea is already waiting.',
  'There’s more, but there isn’t room for it.',
  'The stream goes on, but this reply does not.',
  'What comes after this is for the reader to add.',
  'Now every word that you asked for has been written down.',
  'Nothing here was in a hurry, and it still came to rest.',
]

/** Below this, an introduction would take most of the words. */
const fewestWithIntroduction = 60

/**
 * Prose of exactly `asked` words, or of 20,000 when more are asked for, the introduction counted too. It begins with
 * what `about` mentions. Paragraphs come a second time only when all have been used.
 */
export function longAnswer(asked: number, about: string): string {
  const words = Math.min(asked, mostWords)
  const blocks: string[] = []
  let left = words
  const add = (text: string) => {
    blocks.push(text)
    left -= countWords(text)
  }
  if (words >= fewestWithIntroduction) add(introduction(words))
  for (const block of endlessly(themesFor(about))) {
    const fitting = countWords(block) <= left ? block : sentencesWithin(block, left)
    if (fitting !== '') add(fitting)
    if (fitting !== block) break
  }
  if (left > 0) add(closing(left))
  return blocks.join('\n\n')
}

/** The paragraphs on a subject that a prompt mentions, or null. */
export function themeIn(prompt: string): Theme | null {
  return themes.find((theme) => theme.asked.test(prompt)) ?? null
}

function introduction(words: number): string {
  const pages = themes.flatMap((theme) => theme.paragraphs).reduce((sum, each) => sum + countWords(each), 0)
  const again = words > pages ? ` After the first ${pages} words, my paragraphs repeat.` : ''
  const most = words === mostWords ? ' That’s the most I’ll write.' : ''
  return `I’m Rill’s demo model. I can’t write about a subject of your choice, so here are ${words} words from my samples, including this introduction.${again}${most}`
}

function themesFor(about: string): Theme[] {
  const first = themeIn(about)
  const from = first ? themes.indexOf(first) : 0
  return [...themes.slice(from), ...themes.slice(0, from)]
}

/** Each theme under its title; then again and again, one paragraph from each theme in turn, so that it reads otherwise. */
function* endlessly(ordered: Theme[]): Generator<string> {
  for (const theme of ordered) {
    const [first, ...others] = theme.paragraphs
    yield `**${theme.title}**\n\n${first}`
    yield* others
  }
  for (let round = 0; ; round++) {
    for (const [index, theme] of ordered.entries()) {
      const paragraph = theme.paragraphs[(round * 5 + index) % theme.paragraphs.length]
      if (paragraph) yield paragraph
    }
  }
}

/** As many whole sentences from the start of a paragraph as `words` allows. */
function sentencesWithin(paragraph: string, words: number): string {
  let text = ''
  for (const sentence of paragraph.split(/(?<=[.?!]) /)) {
    const longer = text === '' ? sentence : `${text} ${sentence}`
    if (countWords(longer) > words) break
    text = longer
  }
  return text
}

/** Closing sentences that come to exactly `words` words. */
function closing(words: number): string {
  const chosen: string[] = []
  let left = words
  for (let longest = closers.length; left > 0; longest = Math.max(longest - 1, 1)) {
    const size = Math.min(left, longest)
    chosen.push(closers[size - 1] ?? '')
    left -= size
  }
  return chosen.join(' ')
}
