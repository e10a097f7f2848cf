import 'server-only'

const oneOf = (...words: string[]) => new RegExp(String.raw`\b(?:${words.join('|')})\b`, 'i')

/** Words for what was sent … */
const sent = oneOf(
  'inputs?',
  'prompts?',
  'context',
  'conversation',
  'history',
  'chat',
  'messages|message you|(?:this|your|the) message',
  'requested (?:total )?tokens?|requested token count|total tokens|input_tokens',
)
/** … for its extent … */
const extent = oneOf(
  'tokens?|input_tokens',
  'lengths?|long|longer',
  'size|large|count',
  'characters|chars',
  'context window',
)
/** … and for too much of it. */
const excess = oneOf(
  'exceed(?:s|ed|ing)?',
  'too (?:long|large|big|many|much)',
  'overflow\\w*|surpass\\w*',
  '(?:longer|greater|larger|more|fewer|less) than',
  'max(?:imum|imal)?|limit(?:s|ed)?|at most|under|below|only',
  'not fit|reduce|shorten',
  'range of|out of range',
)
const comparison = /[<>≤]=?\s*\d/
/** Said so, it needs no other word. */
const plainly = [
  /\btoo many (?:input |prompt )?tokens\b|\btoo much text\b|\bcontent too (?:long|large)\b/i,
  /\btokens? limit exceeded\b|\bexceed(?:s|ed)? (?:the )?(?:model(?:[’']s)? )?(?:max(?:imum)? )?token limit\b/i,
  /\bcontext[ _-]?(?:length|window|size)\b.{0,20}\b(?:exceeded|full|overflow)|\bdoes not fit in (?:the )?context\b/i,
  /\b(?:shorten|reduce) (?:the |your )?(?:prompt|input|messages|conversation|context)\b/i,
  /\b(?:contexte|contexto|kontext\w*|eingabe|entrada|invite|prompt)\b.{0,60}(?:\b(?:dépass\w+|trop long|exced\w+|supera|demasiado larg|zu lang|muito long)|überschreitet)/i,
  /(?:上下文|输入|提示词?|内容|消息).{0,20}(?:超|过长)|超长|长度超|超.{0,10}(?:上下文|最大长度)/,
]
/** Of a field, a picture or a name it may be said too. */
const ofSomethingElse = oneOf(
  'images?|files?|audio|videos?|pdf',
  'names?|keys?|ids?|metadata|schema|stop sequences?',
  'tools?|tool_calls?|embedding|temperature|top_p',
  'rate.?limit\\w*|per (?:minute|day|second|hour)',
)

/** Whether a provider says, in whatever words, that more was sent than the model reads. */
export function isTooLong(said: string): boolean {
  return said.split(/(?<=[.!?;])\s+|\n/).some((sentence) => {
    if (ofSomethingElse.test(sentence)) return false
    if (plainly.some((words) => words.test(sentence))) return true
    return sent.test(sentence) && extent.test(sentence) && (excess.test(sentence) || comparison.test(sentence))
  })
}

const answerLength = /\bmax_?(?:completion|output|new)?_?tokens\b/i
const subject =
  /^(?:\W|invalid|value|parameter|field|body|for|the|error|requested|validation)*\bmax_?(?:completion|output|new)?_?tokens\b/i
const sumWithInput = /^\W{0,6}(?:\+|plus|and)\W{0,6}(?:the )?(?:inputs?|prompt)/i
const bounds =
  /\b(?:large|must|range|at most|exceeds?|greater|less|maximum|limit(?:ed)?|supports?)\b|[<>]|范围|不能|超[过出]|上限/i

/** Whether a sentence is about the limit of the answer, which the request named, and not about the conversation. */
export function isAboutAnswerLength(said: string): boolean {
  const start = subject.exec(said)?.[0]
  if (start !== undefined) {
    const rest = said.slice(start.length)
    return bounds.test(rest) && !sumWithInput.test(rest)
  }
  return answerLength.test(said) && bounds.test(said) && !isTooLong(said)
}

const answerLimits = [
  />\s*(\d+)\s*-\s*(\d+)/,
  /\bto (\d+) \(exclusive\)/i,
  /\[\s*\d+\s*,\s*(\d+)\s*\]/,
  /(?:\bat most|\bmaximum(?: value)?(?: of| is|:)?|\blimit(?:ed to| of| is|:)?|\bless than or equal to|\bup to|<=|≤|>)\W{0,3}(\d+)/i,
]

/** The longest answer that a refusal of a longer one allows, in tokens; undefined when it does not say. */
export function answerLimitIn(said: string): number | undefined {
  // Some write thousands with commas.
  const text = said.slice(0, 2000).replace(/(?<=\d),(?=\d{3}\b)/g, '')
  for (const [index, pattern] of answerLimits.entries()) {
    const [, number, less = index === 1 ? '1' : '0'] = pattern.exec(text) ?? []
    const limit = Number(number) - Number(less)
    if (limit > 0) return limit
  }
  return undefined
}
