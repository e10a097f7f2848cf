import 'server-only'
import { countWords } from './prose'
import { countSentences } from './summary'

/** A prompt longer than this, in words, is taken for a text that came with or without an instruction. */
const longestInstruction = 120
/** A first or last paragraph up to this long can be the instruction that goes with a text. In words. */
const longestRequest = 40
/** Commands are looked for in so many characters, because patterns take long on a long run without a space. */
const mostInstruction = 1000
/** A text of fewer sentences is not prose: a log, a table, code. */
const fewestSentences = 4

const summaryWords =
  /\b(?:summari[sz]\w*|summary|summaries|tl;?\s?dr|key points?|main points?|gist|in a nutshell|condense|shorten)\b/i
const requestWords =
  /^(?:please|can you|could you|here is|here’s|here's|read|echo|repeat|write|give|make|list|translate|explain|what|which|who|why|how|think|reason|analy[sz]e|rewrite|extract|find)\b/i

/** A prompt in its two parts. */
export interface Prompt {
  /** What is asked for: commands are looked for here alone, never in a text that somebody pasted. */
  instruction: string
  /** The text that it is asked of, or ''. */
  document: string
}

export function asksForSummary(text: string): boolean {
  return summaryWords.test(text)
}

/** Tells the instruction from the text it comes with. */
export function partsOf(prompt: string): Prompt {
  const text = prompt.trim()
  const whole = { instruction: text.slice(0, mostInstruction), document: '' }
  const long = isLonger(text, longestInstruction)
  if (!long && !asksForSummary(whole.instruction)) return whole
  const start = splitStart(text)
  const end = splitEnd(start.rest)
  const instruction = `${start.request}\n${end.request}`.trim().slice(0, mostInstruction)
  if (asksForSummary(instruction)) return { instruction, document: end.rest }
  return long && countSentences(end.rest) >= fewestSentences ? { instruction, document: end.rest } : whole
}

function splitStart(text: string): { request: string; rest: string } {
  const line = /^.*/.exec(text)?.[0] ?? ''
  // “Summarise: The text …”, all in one line.
  const colon = /^[^.!?\n:]{1,120}:\s/.exec(line)?.[0]
  if (colon && asksForSummary(colon)) return { request: colon.trim(), rest: text.slice(colon.length).trim() }
  if (isLonger(line, longestRequest) || !isRequest(line)) return { request: '', rest: text }
  return { request: line.trim(), rest: text.slice(line.length).trim() }
}

function splitEnd(text: string): { request: string; rest: string } {
  const from = text.lastIndexOf('\n')
  const line = text.slice(from + 1)
  if (from < 0 || isLonger(line, longestRequest) || !isRequest(line)) return { request: '', rest: text }
  return { request: line.trim(), rest: text.slice(0, from).trim() }
}

/** Whether a text has more than so many words. Looks only at the start, since a prompt may be a megabyte. */
function isLonger(text: string, words: number): boolean {
  return countWords(text.slice(0, words * 40)) > words
}

function isRequest(line: string): boolean {
  return asksForSummary(line) || requestWords.test(line) || /[:?]\s*$/.test(line)
}
