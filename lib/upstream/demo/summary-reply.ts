import 'server-only'
import { escapeMarkdown } from './markdown'
import { numberBefore } from './numbers'
import { countWords } from './prose'
import { type Summary, summarise } from './summary'

/** An earlier message can be “this text” from so many words on. */
const fewestWordsOfEarlier = 60
const mostSentencesAsked = 20

/** The central sentences of a text, or of the longest earlier message when none came with the request. */
export function summaryReply(instruction: string, document: string, earlier: { content: string }[]): string {
  const text = document === '' ? longestOf(earlier) : document
  if (text === '') {
    return 'I’m Rill’s demo model. There’s no text to summarize yet. Paste one below your request, about a hundred words or more, and I’ll pick out its key sentences.'
  }
  const sentences = numberBefore(instruction, 'sentence') ?? undefined
  const summary = summarise(text, {
    sentences: sentences && Math.min(sentences, mostSentencesAsked),
    words: numberBefore(instruction, 'word') ?? undefined,
  })
  if (summary.sentences.length === 0) {
    return `I’m Rill’s demo model. I couldn’t find any sentences to choose from in this text of ${countOf(countWords(text), 'word')}. I need prose, with periods.`
  }
  return [opening(summary, document === ''), summary.sentences.map(bullet).join('\n'), figures(text, summary)].join(
    '\n\n',
  )
}

function opening(summary: Summary, fromEarlier: boolean): string {
  const which = fromEarlier ? 'the longest earlier message' : 'this text'
  const count = summary.sentences.length
  const chosen =
    count >= summary.compared
      ? `I left nothing out, since there ${count === 1 ? 'is only 1 sentence' : `are only ${count} sentences`}`
      : `${count === 1 ? 'this is the sentence' : `these are the ${count} sentences`} with the most in common with the others`
  const excerpts = summary.excerpts
    ? ' It’s too long for me to read in full, so I compared sentences from 16 evenly spaced places.'
    : ''
  return `I’m Rill’s demo model. I don’t understand ${which}, but I can compare its sentences: ${chosen} (TextRank).${excerpts}`
}

function bullet(sentence: string): string {
  return `- “${escapeMarkdown(sentence)}”`
}

function figures(text: string, summary: Summary): string {
  const before = countWords(text)
  const after = summary.sentences.reduce((sum, sentence) => sum + countWords(sentence), 0)
  const share = Math.max(1, Math.round((after / before) * 100))
  return `The text has ${countOf(before, 'word')} and the summary has ${countOf(after, 'word')} (${share}%). I compared ${countOf(summary.compared, 'sentence')}.`
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

function longestOf(messages: { content: string }[]): string {
  let longest = ''
  for (const { content } of messages) if (content.length > longest.length) longest = content
  return countWords(longest) >= fewestWordsOfEarlier ? longest : ''
}
