import 'server-only'
import { countWords } from './prose'
import { matches, script } from './script'
import { isProse, sentencesOf } from './summary'

/** A longer prompt is a text that somebody pasted, with or without an instruction. In words. */
const MAX_INSTRUCTION_WORDS = 120
/** A longer first or last line belongs to the text. In words. */
const MAX_REQUEST_WORDS = 40
/** Bounds the time that patterns take. In characters. */
const MAX_INSTRUCTION = 1000
/** A text with fewer sentences is a log, a table or code. */
const MIN_SENTENCES = 4

export interface Prompt {
  /** What is asked for. Intents are recognized here only, never in pasted text. */
  instruction: string
  /** The text that goes with it, or ''. */
  document: string
}

export function asksForSummary(text: string): boolean {
  return matches(text, script.intents.summary)
}

/** Separates the instruction, in the first and last line, from the text that it comes with. */
export function partsOf(prompt: string): Prompt {
  const text = prompt.trim()
  const whole = { instruction: text.slice(0, MAX_INSTRUCTION), document: '' }
  const long = isLonger(text, MAX_INSTRUCTION_WORDS)
  if (!long && !asksForSummary(whole.instruction)) return whole
  // “Summarize: The text …”, all in one line.
  const [colon = ''] = /^[^.!?\n:]{1,120}:\s/.exec(text) ?? []
  const lines = asksForSummary(colon) ? [colon, ...text.slice(colon.length).split('\n')] : text.split('\n')
  const first = isRequest(lines[0]) ? lines.shift() : ''
  const last = lines.length > 1 && isRequest(lines.at(-1)) ? lines.pop() : ''
  const instruction = `${first}\n${last}`.trim().slice(0, MAX_INSTRUCTION)
  const document = lines.join('\n').trim()
  const isText = long && sentencesOf(document.slice(0, 8000)).filter(isProse).length >= MIN_SENTENCES
  return isText || asksForSummary(instruction) ? { instruction, document } : whole
}

function isRequest(line = ''): boolean {
  if (isLonger(line, MAX_REQUEST_WORDS)) return false
  return asksForSummary(line) || matches(line, script.intents.request)
}

/** Looks only at the start, since a prompt may be a megabyte. */
function isLonger(text: string, words: number): boolean {
  return countWords(text.slice(0, words * 40)) > words
}
