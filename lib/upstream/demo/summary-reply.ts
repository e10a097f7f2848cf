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
    return 'I am Rill’s demo model. There is no text to summarize yet: paste one below your request, some hundred words or more, and I pick out its central sentences.'
  }
  const sentences = numberBefore(instruction, 'sentence') ?? undefined
  const summary = summarise(text, {
    sentences: sentences && Math.min(sentences, mostSentencesAsked),
    words: numberBefore(instruction, 'word') ?? undefined,
  })
  if (summary.sentences.length === 0) {
    return `I am Rill’s demo model. I found no sentences in this text of ${countOf(countWords(text), 'word')} that I could choose from: I need prose, with full stops.`
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
      ? `I left nothing out, for it has only ${countOf(count, 'sentence')}`
      : `${count === 1 ? 'this is the sentence' : `these are the ${count} sentences`} that the others share most with`
  const excerpts = summary.excerpts
    ? ' It is too long for me to read all of it, so I compared sentences from 16 places, spread evenly.'
    : ''
  return `I am Rill’s demo model. I do not understand ${which}, but I can compare its sentences: ${chosen} (TextRank).${excerpts}`
}

function bullet(sentence: string): string {
  return `- “${escapeMarkdown(sentence)}”`
}

function figures(text: string, summary: Summary): string {
  const before = countWords(text)
  const after = summary.sentences.reduce((sum, sentence) => sum + countWords(sentence), 0)
  const share = Math.max(1, Math.round((after / before) * 100))
  return `The text has ${countOf(before, 'word')}, the summary ${countOf(after, 'word')} (${share} %). I compared ${countOf(summary.compared, 'sentence')}.`
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

function longestOf(messages: { content: string }[]): string {
  let longest = ''
  for (const { content } of messages) if (content.length > longest.length) longest = content
  return countWords(longest) >= fewestWordsOfEarlier ? longest : ''
}
