import 'server-only'
import { abilities, greeting, notUnderstood } from './introductions'
import { longAnswer, themeIn } from './lengthy'
import { quoteLine } from './markdown'
import { numberBefore } from './numbers'
import { asksForSummary, type Prompt, partsOf } from './prompt'
import { countWords, themes } from './prose'
import { samplesReply } from './samples'
import { summaryReply } from './summary-reply'
import { tokensOf } from './tokens'

export interface DemoMessage {
  role: string
  content: string
}

/** What the demo model answers, before it is cut into tokens. */
export interface Reply {
  /** Sent before the text when it is not empty. */
  reasoning: string
  text: string
  /** Answers an error instead: a rate limit passes at the third try, a server error stays. */
  refusal: 'rate_limit' | 'server_error' | null
  /** Breaks the connection after so many tokens of text. */
  cutAfter: number | null
  /** Ends with `length` after so many tokens, as though `max_tokens` had said so. */
  limit: number | null
}

const longByDefault = 800
const limitOnRequest = 48
const mostEchoed = 20_000
const mostQuoted = 10

/** What is asked for, recognised anywhere in an instruction. */
const asks = {
  continuation: /^\W*(?:please )?(?:continue|go on|carry on|keep going)\b.{0,40}$/i,
  echo: /^\W*(?:please )?(?:echo|repeat after me|repeat (?:this|exactly|the following)|say exactly)\b[ :,]*\n*/i,
  reasoning:
    /\breasoning\b|\breason (?:first|about|through|before)\b|\bthink(?:ing)? (?:first|hard|harder|aloud|longer|before|it through|then)\b|\bthinking\b|\bstep by step\b|\bchain of thought\b|^think\b/i,
  rateLimit: /\brate.?limit|\b429\b|\btoo many requests\b/i,
  serverError:
    /\b(?:error|status|http|code)[ :]*500\b|\b500\b.{0,12}\berror\b|\bserver error\b|^\W*(?:500|(?:please )?(?:fail|crash))\W*$/i,
  cut: /\b(?:cut|drop|break|lose|kill|reset|interrupt)\w*\b.{0,30}\b(?:connection|stream|socket|answer)\b|\bconnection\b.{0,30}\b(?:cut|drop|broke|break|lost|reset)/i,
  limit:
    /\bmax(?:imum)?[_ ]?(?:completion[_ ])?tokens?\b|\b(?:token|length|output) limit\b|\bfinish_?reason\b|\b(?:hit|reach)\w*\b.{0,20}\blimit\b/i,
  long: /\b(?:long|lengthy|huge|big)\b.{0,20}\b(?:answer|text|reply|response|message|one)\b|\b(?:essay|story|article)\b|\bat length\b|\blorem ipsum\b/i,
  past: /\bwhat (?:did|have|was) (?:i|you|we|my)\b|\bmy (?:last|previous|first|earlier) (?:message|question|prompt)|\bdo you remember\b|\b(?:so far|earlier|before)\?/i,
  count: /\bhow many (?:messages|turns|questions|prompts|replies)\b/i,
  help: /\bhelp\b|\bwhat (?:can|do|could) you\b|\b(?:who|what) are you\b|\byour (?:abilities|commands|features)\b|^[^\p{L}\p{N}]*$/iu,
  greeting: /^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|say (?:hi|hello))\b/i,
  thanks: /\b(?:thanks|thank you)\b/i,
  subject: /\b(?:about|explain|describe|what (?:is|are)|how (?:a|an|the|do|does|is|are)|why|tell me)\b/i,
}

/** Decides what to answer. The same messages always get the same reply. */
export function replyTo(messages: DemoMessage[], alwaysReasons = false): Reply {
  const turns = messages.filter(({ role }) => role === 'user' || role === 'assistant')
  const unfinished = turns.at(-1)
  if (unfinished?.role === 'assistant' && unfinished.content !== '') return answer(restOf(unfinished.content, turns))
  const rest = missingRest(turns)
  const reply = rest === null ? replyToPrompt(turns) : answer(rest)
  if (alwaysReasons && reply.reasoning === '') reply.reasoning = reasoningFor(turns)
  return reply
}

function replyToPrompt(turns: DemoMessage[]): Reply {
  const prompt = turns.findLast(({ role }) => role === 'user')?.content ?? ''
  const echo = asks.echo.exec(prompt.slice(0, 100))
  if (echo) return answer(echoReply(prompt.slice(echo[0].length)))
  const wish = partsOf(prompt)
  const { instruction } = wish
  const reply = answer(textFor(wish, prompt, turns.slice(0, -1)))
  if (asks.reasoning.test(instruction)) reply.reasoning = reasoningFor(turns)
  if (wish.document !== '') return reply
  reply.refusal = refusalFor(instruction)
  if (asks.cut.test(instruction)) reply.cutAfter = Math.min(60, Math.ceil(tokensOf(reply.text).length / 2))
  else if (asks.limit.test(instruction) && reply.refusal === null) reply.limit = limitOnRequest
  return reply
}

function answer(text: string): Reply {
  return { reasoning: '', text, refusal: null, cutAfter: null, limit: null }
}

function refusalFor(instruction: string): Reply['refusal'] {
  // “Write 500 words about rate limits” wants the words.
  if (numberBefore(instruction, 'word') !== null) return null
  if (asks.rateLimit.test(instruction)) return 'rate_limit'
  return asks.serverError.test(instruction) ? 'server_error' : null
}

function textFor({ instruction, document }: Prompt, prompt: string, earlier: DemoMessage[]): string {
  if (document !== '' || asksForSummary(instruction)) return summaryReply(instruction, document, earlier)
  if (refusalFor(instruction) !== null) {
    return 'The rate limit has passed: the first two attempts were refused, as you asked, and this is the third. I’m Rill’s demo model, and I was only pretending to be busy.'
  }
  const words = numberBefore(instruction, 'word')
  if (words !== null && words > 0) return longAnswer(words, instruction)
  if (asks.long.test(instruction)) return longAnswer(longByDefault, instruction)
  return samplesReply(instruction) ?? endingReply(instruction) ?? talk(instruction, prompt, earlier)
}

/** What stands before an ending that was asked for. */
function endingReply(instruction: string): string | null {
  const cut = asks.cut.test(instruction)
  if (!cut && !asks.limit.test(instruction)) return null
  const what = cut
    ? 'the connection will break in the middle of this reply, without any warning'
    : `this reply will stop at its limit of ${limitOnRequest} tokens, with \`finish_reason: length\``
  const [theme] = themes
  return [
    `I’m Rill’s demo model. As you asked, ${what}. Whatever has arrived by then is kept.`,
    ...(theme?.paragraphs ?? []),
  ]
    .slice(0, 3)
    .join('\n\n')
}

function talk(instruction: string, prompt: string, earlier: DemoMessage[]): string {
  if (asks.count.test(instruction)) return countReply(earlier)
  if (asks.past.test(instruction)) return pastReply(earlier)
  if (asks.help.test(instruction)) return abilities()
  if (asks.greeting.test(instruction)) return greeting
  if (asks.thanks.test(instruction)) return 'You’re welcome! Ask for **help** to see what else I can do.'
  const theme = asks.subject.test(instruction) ? themeIn(instruction) : null
  if (theme) {
    const paragraphs = theme.paragraphs.slice(0, 3).join('\n\n')
    return `I’m Rill’s demo model. I can’t really explain things, but I have a few ready-made paragraphs on the subject.\n\n${paragraphs}\n\nTo get a real answer to your question, connect a language model in Settings.`
  }
  if (asks.reasoning.test(instruction)) {
    return 'I’m Rill’s demo model, and that was my reasoning: a list of what I do, not real thought. Ask for something along with it, e.g. *think step by step and show me a table*.'
  }
  return notUnderstood(countWords(prompt), earlier.length)
}

function echoReply(text: string): string {
  if (text.trim() === '') return 'There’s nothing to echo. Add some text after the word *echo*.'
  if (text.length <= mostEchoed) return text
  return `${text.slice(0, mostEchoed)}\n\n(I can echo up to ${mostEchoed.toLocaleString('en')} characters.)`
}

function countReply(earlier: DemoMessage[]): string {
  const yours = earlier.filter(({ role }) => role === 'user').length
  const mine = earlier.length - yours
  return `This conversation has **${earlier.length + 1} messages**: ${yours + 1} from you, including this one, and ${mine} from me. That doesn’t count this reply.`
}

function pastReply(earlier: DemoMessage[]): string {
  const yours = earlier.filter(({ role }) => role === 'user')
  if (yours.length === 0) return 'Nothing yet: your question is the first message in this conversation.'
  const shown = yours.slice(-mostQuoted)
  const lines = shown.map(({ content }, index) => `${yours.length - shown.length + index + 1}. ${quoteLine(content)}`)
  const mine = earlier.findLast(({ role }) => role === 'assistant')
  return [
    yours.length === 1 ? 'Before this message, you wrote:' : `Before this message, you wrote ${yours.length} others:`,
    lines.join('\n'),
    ...(mine ? [`My last reply began with:\n\n> ${quoteLine(mine.content)}`] : []),
  ].join('\n\n')
}

/** What follows an unfinished answer, which is the last message itself. */
function restOf(said: string, turns: DemoMessage[]): string {
  const asked = turns.slice(0, -1)
  const whole = missingRest(asked) ?? replyToPrompt(asked).text
  if (whole.startsWith(said)) return whole.slice(said.length)
  return '\n\nI’m Rill’s demo model, and I didn’t write the text above: I can only continue my own replies.'
}

/**
 * What is missing of an answer that was cut, when the last message asks to go on. An answer may be continued several
 * times: all its pieces together are what was said.
 */
function missingRest(turns: DemoMessage[]): string | null {
  let end = turns.length
  let said = ''
  for (;;) {
    const asked = turns[end - 1]
    const piece = turns[end - 2]
    if (asked?.role !== 'user' || piece?.role !== 'assistant' || !asks.continuation.test(asked.content.slice(0, 100)))
      break
    said = piece.content + said
    end -= 2
  }
  if (said === '') return null
  const { text } = replyToPrompt(turns.slice(0, end))
  if (!text.startsWith(said)) return null
  return text.length > said.length ? text.slice(said.length) : 'That was everything: my last reply was complete.'
}

function reasoningFor(turns: DemoMessage[]): string {
  const characters = turns.at(-1)?.content.length ?? 0
  const earlier = turns.length - 1
  return [
    'I’m a small program, so this isn’t real thought. It’s a list of what I do before I reply, sent the way a reasoning model sends its thoughts.',
    `I take the last message, which has ${characters.toLocaleString('en')} ${characters === 1 ? 'character' : 'characters'}. There ${earlier === 1 ? 'is 1 message' : `are ${earlier} messages`} before it, and I only look at those when you ask about them.`,
    'Then I try my patterns on it, one after another. I don’t weigh or compare anything: the first match wins.',
    'Finally, I take the paragraphs that go with it, cut them into pieces of about four characters, and send sixty of those per second. Here comes the reply.',
  ].join('\n\n')
}
