import 'server-only'
import { asksForSummary, type Prompt, partsOf } from './prompt'
import { countWords, longReply, numberBefore, themeIn, tokensOf } from './prose'
import { counted, fill, matches, oneLine, script } from './script'
import { escapeMarkdown, summaryReply } from './summary'

export interface DemoMessage {
  role: string
  content: string
}

/** What the demo model replies, before it is cut into tokens. */
export interface Reply {
  /** Sent before the text, unless it is empty. */
  reasoning: string
  text: string
  /** The error to send instead: a rate limit passes at the third attempt, a server error stays. */
  error: 'rate_limit' | 'server_error' | null
  /** Breaks the connection after so many tokens of text. */
  cutAfter: number | null
  /** Ends with `length` after so many tokens, as if `max_tokens` had said so. */
  limit: number | null
}

const LONG_WORDS = 800
const LIMIT_ON_REQUEST = 48
const MAX_QUOTED = 10
const MAX_QUOTE = 200

const { intents, texts } = script

/** Decides what to reply. The same messages always get the same reply. */
export function replyTo(messages: DemoMessage[], alwaysReasons = false): Reply {
  const turns = messages.filter(({ role }) => role === 'user' || role === 'assistant')
  const rest = restOf(turns)
  const reply = rest === null ? replyToPrompt(turns) : replyWith(rest)
  if (alwaysReasons && turns.at(-1)?.role === 'user') reply.reasoning = reasoningFor(turns)
  return reply
}

function replyToPrompt(turns: DemoMessage[]): Reply {
  const prompt = turns.findLast(({ role }) => role === 'user')?.content ?? ''
  if (matches(prompt.slice(0, 100), intents.echo)) return replyWith(echoOf(prompt))
  const parts = partsOf(prompt)
  const { instruction, document } = parts
  const reply = replyWith(textFor(parts, prompt, turns.slice(0, -1)))
  if (matches(instruction, intents.reasoning)) reply.reasoning = reasoningFor(turns)
  if (document !== '') return reply
  reply.error = errorFor(instruction)
  if (matches(instruction, intents.cut)) reply.cutAfter = Math.min(60, Math.ceil(tokensOf(reply.text).length / 2))
  else if (matches(instruction, intents.limit) && reply.error === null) reply.limit = LIMIT_ON_REQUEST
  return reply
}

function replyWith(text: string): Reply {
  return { reasoning: '', text, error: null, cutAfter: null, limit: null }
}

function errorFor(instruction: string): Reply['error'] {
  // “Write 500 words about rate limits” wants the words.
  if (numberBefore(instruction, 'word') !== null) return null
  if (matches(instruction, intents.rateLimit)) return 'rate_limit'
  return matches(instruction, intents.serverError) ? 'server_error' : null
}

function textFor({ instruction, document }: Prompt, prompt: string, earlier: DemoMessage[]): string {
  const asks = (intent: keyof typeof intents) => matches(instruction, intents[intent])
  if (document !== '' || asksForSummary(instruction)) return summaryReply(instruction, document, earlier)
  if (errorFor(instruction) !== null) return texts.rateLimitPassed
  const words = numberBefore(instruction, 'word') || (asks('long') ? LONG_WORDS : 0)
  if (words > 0) return longReply(words, instruction)
  const kinds = (['table', 'list', 'code', 'math'] as const).filter((kind) => asks('everything') || asks(kind))
  const samples = kinds.map((kind) => (kind === 'code' ? programsFor(instruction) : script.samples[kind].join('\n')))
  if (samples.length > 0) return [texts.samples, ...samples].join('\n\n')
  if (asks('cut')) return [texts.cut, ...paragraphs(2)].join('\n\n')
  if (asks('limit')) return [fill('limit', { limit: LIMIT_ON_REQUEST }), ...paragraphs(2)].join('\n\n')
  if (asks('count')) return countReply(earlier)
  if (asks('past')) return pastReply(earlier)
  if (asks('help')) return abilities(texts.help)
  if (asks('greeting')) return texts.greeting
  if (asks('thanks')) return texts.thanks
  if (asks('subject') && themeIn(instruction)) {
    return [texts.subject, ...paragraphs(3, themeIn(instruction)), texts.forRealAnswers].join('\n\n')
  }
  if (asks('reasoning')) return texts.reasoningOnly
  const place = earlier.length === 0 ? 'the first message' : `message ${earlier.length + 1}`
  return abilities(fill('notUnderstood', { words: counted(countWords(prompt), 'word'), place }))
}

function paragraphs(count: number, theme = script.themes[0]): string[] {
  return theme?.paragraphs.slice(0, count) ?? []
}

function abilities(opening: string): string {
  return [opening, script.abilities.join('\n'), texts.forRealAnswers].join('\n\n')
}

/** The sample program in the languages that the instruction names, or in Python. */
function programsFor(instruction: string): string {
  const named = script.programs.filter(({ pattern }) => matches(instruction, pattern))
  const other = new RegExp(`(?<!\\w)(?:${intents.otherLanguage})(?!\\w)`, 'i').exec(instruction)
  const names = new Intl.ListFormat('en').format(script.programs.map(({ name }) => name))
  const blocks = (named.length > 0 ? named : script.programs.slice(0, 1)).map(
    ({ name, fence, lines }) => `**${name}**\n\n\`\`\`${fence}\n${lines.join('\n')}\n\`\`\``,
  )
  const butNot = named.length === 0 && other ? `, but not in ${other[0]}` : ''
  return [fill('programs', { names, butNot }), ...blocks].join('\n\n')
}

function echoOf(prompt: string): string {
  const text = prompt.replace(new RegExp(`(?:${intents.echo})[ :,]*\\n*`, 'i'), '')
  return text.trim() === '' ? texts.noEcho : text
}

function countReply(earlier: DemoMessage[]): string {
  const yours = earlier.filter(({ role }) => role === 'user').length + 1
  return fill('count', { all: counted(earlier.length + 1, 'message'), yours, mine: earlier.length + 1 - yours })
}

function pastReply(earlier: DemoMessage[]): string {
  const prompts = earlier.filter(({ role }) => role === 'user')
  if (prompts.length === 0) return texts.noPast
  const yours = prompts.map(({ content }, index) => `${index + 1}. ${quote(content)}`)
  const mine = earlier.findLast(({ role }) => role === 'assistant')
  const reply = mine ? [texts.lastReply, `> ${quote(mine.content)}`] : []
  return [texts.past, yours.slice(-MAX_QUOTED).join('\n'), ...reply].join('\n\n')
}

/** The start of a text, on one line. */
function quote(text: string): string {
  const characters = [...oneLine(text.slice(0, 2 * MAX_QUOTE))]
  const start = escapeMarkdown(characters.slice(0, MAX_QUOTE).join(''))
  return `“${start}${text.length > 2 * MAX_QUOTE || characters.length > MAX_QUOTE ? ' …' : ''}”`
}

/**
 * The rest of a reply that was cut: its text is the last message, or the last prompt is “continue”, perhaps not for the
 * first time. null when nothing is to be continued.
 */
function restOf(turns: DemoMessage[]): string | null {
  const earlier = [...turns]
  const isPrefilled = earlier.at(-1)?.role === 'assistant'
  let received = isPrefilled ? (earlier.pop()?.content ?? '') : ''
  if (isPrefilled && received === '') return null
  while (earlier.length > 2 && matches(earlier.at(-1)?.content.slice(0, 100) ?? '', intents.continuation)) {
    const [piece] = earlier.splice(-2)
    received = piece?.content + received
  }
  if (received === '') return null
  const { text } = replyToPrompt(earlier)
  if (!text.startsWith(received)) return isPrefilled ? texts.notMine : null
  return text.slice(received.length) || (isPrefilled ? '' : texts.complete)
}

function reasoningFor(turns: DemoMessage[]): string {
  const earlier = turns.length - 1
  return fill('reasoning', {
    characters: counted(turns.at(-1)?.content.length ?? 0, 'character'),
    are: earlier === 1 ? 'is' : 'are',
    earlier: counted(earlier, 'message'),
  })
}
