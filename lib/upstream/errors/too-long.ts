import 'server-only'

const oneOf = (...words: string[]) => new RegExp(String.raw`\b(?:${words.join('|')})\b`, 'i')

/** What was sent … */
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
/** … its size … */
const extent = oneOf(
  'tokens?|input_tokens',
  'lengths?|long|longer',
  'size|large|count',
  'characters|chars',
  'context window',
)
/** … and that it is too large. */
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
/** Phrases that suffice by themselves. */
const explicit = [
  /\btoo many (?:input |prompt )?tokens\b|\btoo much text\b|\bcontent too (?:long|large)\b/i,
  /\btokens? limit exceeded\b|\bexceed(?:s|ed)? (?:the )?(?:model(?:[’']s)? )?(?:max(?:imum)? )?token limit\b/i,
  /\bcontext[ _-]?(?:length|window|size)\b.{0,20}\b(?:exceeded|full|overflow)|\bdoes not fit in (?:the )?context\b/i,
  /\b(?:shorten|reduce) (?:the |your )?(?:prompt|input|messages|conversation|context)\b/i,
  /\b(?:contexte|contexto|kontext\w*|eingabe|entrada|invite|prompt)\b.{0,60}(?:\b(?:dépass\w+|trop long|exced\w+|supera|demasiado larg|zu lang|muito long)|überschreitet)/i,
  /(?:上下文|输入|提示词?|内容|消息).{0,20}(?:超|过长)|超长|长度超|超.{0,10}(?:上下文|最大长度)/,
]
/** Other things that can be too long. */
const somethingElse = oneOf(
  'images?|files?|audio|videos?|pdf',
  'names?|keys?|ids?|metadata|schema|stop sequences?',
  'tools?|tool_calls?|embedding|temperature|top_p',
  'rate.?limit\\w*|per (?:minute|day|second|hour)',
)

/** Whether a provider's message says that the prompt exceeds the model's context window. */
export function isTooLong(message: string): boolean {
  return message.split(/(?<=[.!?;])\s+|\n/).some((sentence) => {
    if (somethingElse.test(sentence)) return false
    if (explicit.some((phrase) => phrase.test(sentence))) return true
    return sent.test(sentence) && extent.test(sentence) && (excess.test(sentence) || comparison.test(sentence))
  })
}

const maxTokensName = /\bmax_?(?:completion|output|new)?_?tokens\b/i
const subject =
  /^(?:\W|invalid|value|parameter|field|body|for|the|error|requested|validation)*\bmax_?(?:completion|output|new)?_?tokens\b/i
const sumWithInput = /^\W{0,6}(?:\+|plus|and)\W{0,6}(?:the )?(?:inputs?|prompt)/i
const bounds =
  /\b(?:large|must|range|at most|exceeds?|greater|less|maximum|limit(?:ed)?|supports?)\b|[<>]|范围|不能|超[过出]|上限/i

/** Whether a sentence is about the request's `max_tokens`, and not about the conversation. */
export function isAboutReplyLength(sentence: string): boolean {
  const start = subject.exec(sentence)?.[0]
  if (start !== undefined) {
    const rest = sentence.slice(start.length)
    return bounds.test(rest) && !sumWithInput.test(rest)
  }
  return maxTokensName.test(sentence) && bounds.test(sentence) && !isTooLong(sentence)
}

const replyLimits = [
  />\s*(\d+)\s*-\s*(\d+)/,
  /\bto (\d+) \(exclusive\)/i,
  /\[\s*\d+\s*,\s*(\d+)\s*\]/,
  /(?:\bat most|\bmaximum(?: value)?(?: of| is|:)?|\blimit(?:ed to| of| is|:)?|\bless than or equal to|\bup to|<=|≤|>)\W{0,3}(\d+)/i,
]

/** The largest `max_tokens` that an error allows; undefined when it doesn't say. */
export function replyLimitIn(message: string): number | undefined {
  // Thousands may be written with commas.
  const text = message.slice(0, 2000).replace(/(?<=\d),(?=\d{3}\b)/g, '')
  for (const [index, pattern] of replyLimits.entries()) {
    const [, number, less = index === 1 ? '1' : '0'] = pattern.exec(text) ?? []
    const limit = Number(number) - Number(less)
    if (limit > 0) return limit
  }
  return undefined
}
