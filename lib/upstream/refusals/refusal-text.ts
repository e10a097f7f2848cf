import 'server-only'

/** Of a text, no more than this is looked into for what it wraps, in characters. */
const searchedLength = 16_384

/** What a text says, taken apart: labels that gateways put before it, an object that it quotes, and the words themselves. */
export interface UnwrappedText {
  /** Names of exceptions and statuses in front of the words, e.g. `BadRequestError`, `429`. */
  labels: string[]
  /** The words without labels and without what is quoted. */
  words: string
  /** A JSON document or Python literal that is quoted, parsed; undefined when there is none. */
  quoted: unknown
  /** The words with what is quoted. */
  whole: string
}

/** What gateways put before the words of a provider; group 1 is the label that tells something. */
const prefixes = [
  /^litellm\.(?:exceptions\.)?(\w+)\s*:\s*/,
  /^(?:openai\.)?([A-Z]\w*(?:Error|Exception|Timeout))\s*:\s*/,
  /^[A-Z]\w*Exception\s+([A-Z]\w*Error)\s*[-:]\s*/,
  /^([A-Z]\w*Exception)\s*[-:]\s*/,
  /^(?:API )?Error code:\s*(\d{3})\s*[-:]?\s*/i,
  /^(?:API )?(?:Error:\s*)?(?:got status|status(?: code)?|HTTP(?: status)?|Invalid status code)\s*:?\s*(\d{3})(?: [A-Z][\w ]{0,40}?)? ?[-.:,]\s*/i,
  /^(?:upstream|api|openai) error\s*[:,-]\s*/i,
  /^<(\d{3})>\s*/,
  /^\[(\d{3})\]\s*/,
  /^([45]\d\d)(?=\s*[:{-])\s*[:-]?\s*/,
  /^((?:[A-Z][A-Za-z]+\.)+[A-Z][A-Za-z]+)\s*:\s*/,
]

/** What LiteLLM puts behind the words. */
const suffix =
  /\.{0,2}\s{0,3}(?:Received Model Group=|Available Model Group Fallbacks=|LiteLLM Retried:|No fallback model group found|Error doing the fallback:)[\s\S]*$/

/** Takes apart a text as gateways wrap the errors of others: `litellm.BadRequestError: OpenAIException - {…}`. */
export function unwrapText(whole: string): UnwrappedText {
  const text = whole.slice(0, searchedLength).trim()
  const document = parseJson(text)
  if (typeof document === 'string') return unwrapText(document.slice(0, searchedLength - 1))
  if (typeof document === 'object' && document !== null) return { labels: [], words: '', quoted: document, whole: '' }
  const { labels, rest } = withoutPrefixes(text.replace(suffix, ''))
  const start = rest.search(/(?:\[(?:\s|\\n)*)?\{(?:\s|\\n)*\\?["']/)
  if (start === -1) return { labels, words: rest, quoted: undefined, whole: rest }
  const before = rest.slice(0, start)
  return {
    labels: [...labels, ...(/\b([45]\d\d)\b/.exec(before)?.slice(1) ?? [])],
    words: before.replace(/(?:\bb['"]|[\s'"`:,-]){1,8}$/, ''),
    quoted: parseQuoted(rest.slice(start)),
    whole: rest,
  }
}

function withoutPrefixes(text: string): { labels: string[]; rest: string } {
  const labels: string[] = []
  let rest = text
  // Each pass takes one prefix off, so that their number bounds the work.
  for (let pass = 0; pass < 8; pass++) {
    const prefix = prefixes.map((pattern) => pattern.exec(rest)).find((found) => found !== null)
    if (!prefix) break
    if (prefix[1]) labels.unshift(prefix[1])
    rest = rest.slice(prefix[0].length)
  }
  return { labels, rest }
}

/** The object at the start of a text: JSON, a Python literal, or what can be read of one that was cut. */
function parseQuoted(text: string): unknown {
  const end = endOfObject(text)
  if (end !== -1) {
    const object = text.slice(0, end)
    const value = parseJson(object) ?? parseJson(unescaped(object)) ?? parseJson(jsonOfPython(object))
    if (value !== undefined) return value
  }
  const message = /["'](?:message|msg|detail|error)\\?["']\s*:\s*\\?(["'])([^"'\\][\s\S]*?)(?:\\?\1|$)/.exec(text)
  return message ? { message: message[2] } : undefined
}

/** Where the object ends that a text begins with; -1 when it does not end. */
function endOfObject(text: string): number {
  let depth = 0
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '\\') at++
    else if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '{' || character === '[') depth++
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1
  }
  return -1
}

/** A document whose quotes were escaped once more than they were read. */
function unescaped(text: string): string {
  return text.replace(/\\(["n\\])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}

/** Python's way to write an object, as `str()` of an exception's body gives it, in JSON. */
function jsonOfPython(text: string): string {
  return text.replace(
    /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b(None|True|False)\b/g,
    (_, single: string | undefined, double: string | undefined, word: string | undefined) => {
      if (word !== undefined) return word === 'None' ? 'null' : word.toLowerCase()
      const content = (single ?? double ?? '').replace(/\\'/g, "'").replace(/\\x([0-9a-f]{2})/gi, '\\u00$1')
      return `"${content.replace(/(?<!\\)"/g, '\\"')}"`
    },
  )
}

/** The value, or undefined when the text is no JSON. */
function parseJson(text: string): unknown {
  if (!/^[[{"]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
