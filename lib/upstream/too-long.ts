import 'server-only'

/** Words for what was sent … */
const sent =
  /\b(?:inputs?|prompts?|context|conversation|messages|history|chat|requested (?:total )?tokens?|requested token count|total tokens|input_tokens|message you)\b/i
/** … for its extent … */
const extent =
  /\b(?:tokens?|input_tokens|lengths?|long|longer|context (?:window|size)|characters|chars|size|large|count)\b/i
/** … and for too much of it. */
const excess =
  /\b(?:exceed(?:s|ed|ing)?|too (?:long|large|big|many)|overflow\w*|surpass\w*|(?:longer|greater|larger|more|fewer|less) than|max(?:imum|imal)?|limit(?:s|ed)?|at most|under|below|too much|not fit|reduce|shorten|range of|out of range|only)\b|[<>≤]=?\s*\d/i
/** Said so, it needs no other word. */
const plainly =
  /\btoo many (?:input |prompt )?tokens\b|\btokens? limit exceeded\b|\bexceed(?:s|ed)? (?:the )?(?:model(?:'s)? )?(?:max(?:imum)? )?token limit\b|\bcontext[ _-]?(?:length|window|size)\b.{0,20}\b(?:exceeded|full|overflow)|\b(?:shorten|reduce) (?:the |your )?(?:prompt|input|messages|conversation|context)\b|\btoo much text\b|\bdoes not fit in (?:the )?context\b|\bcontent too (?:long|large)\b|上下文.{0,20}(?:超|过长)|输入.{0,20}(?:超|过长)|超长|长度超/i
/** Of a field, a picture or a name it may be said too. */
const ofSomethingElse =
  /\b(?:images?|files?|audio|videos?|pdf|names?|keys?|tools?|tool_calls?|ids?|schema|rate.?limit\w*|metadata|stop sequences?|user id|embedding|temperature|top_p|per (?:minute|day|second|hour))\b/i

/** Whether a provider says, in whatever words, that more was sent than the model reads. */
export function isTooLong(said: string): boolean {
  return said.split(/(?<=[.!?;])\s+|\n/).some((sentence) => {
    if (ofSomethingElse.test(sentence)) return false
    return plainly.test(sentence) || (sent.test(sentence) && extent.test(sentence) && excess.test(sentence))
  })
}

const answerLength = /\bmax_?(?:completion|output|new)?_?tokens\b/i
const subject =
  /^(?:\W|invalid|value|parameter|field|body|for|the|error|requested|validation)*\bmax_?(?:completion|output|new)?_?tokens\b/i
const sumWithInput = /^\W{0,6}(?:\+|plus|and)\W{0,6}(?:the )?(?:inputs?|prompt)/i
const bounds = /\b(?:large|must|range|at most|exceeds?|greater|less|maximum|limit|supports?)\b|[<>]/i

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
  /(?:\bat most|\bmaximum(?: value)?(?: of| is|:)?|\blimit(?: of| is|:)?|\bless than or equal to|\bup to|<=|≤|>)\W{0,3}(\d+)/i,
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
