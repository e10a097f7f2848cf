import 'server-only'
import { parseJson } from '../decoding/json'

/** Only the start of a text is searched for a wrapped error. In characters. */
const MAX_SEARCHED = 16_384

/** A text split into the labels that gateways prepend, an object that it quotes, and the message itself. */
export interface UnwrappedText {
  /** Exception names and statuses before the message, e.g. `BadRequestError`, `429`. */
  labels: string[]
  /** The text without labels and quoted object. */
  message: string
  /** The quoted JSON document or Python literal, parsed; undefined when there is none. */
  quoted: unknown
  /** The text without labels, with the quoted object. */
  whole: string
}

/** What gateways put before a provider's message; group 1 is the label worth keeping. */
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

/** Whether a body is a web page, e.g. from a proxy or a sign-in wall. */
export function isMarkup(text: string): boolean {
  return (
    /^\s*(?:<!doctype|<html|<head|<body|<\?xml|<!--)/i.test(text.slice(0, 200)) ||
    /<\/(?:html|body|head|title)>/i.test(text)
  )
}

/** What LiteLLM appends to a message. */
const suffix =
  /\.{0,2}\s{0,3}(?:Received Model Group=|Available Model Group Fallbacks=|LiteLLM Retried:|No fallback model group found|Error doing the fallback:)[\s\S]*$/

/** Unwraps an error that a gateway wrapped, e.g. `litellm.BadRequestError: OpenAIException - {…}`. */
export function unwrapText(whole: string): UnwrappedText {
  const text = whole.slice(0, MAX_SEARCHED).trim()
  const document = parseDocument(text)
  if (typeof document === 'string') return unwrapText(document.slice(0, MAX_SEARCHED - 1))
  if (typeof document === 'object' && document !== null) return { labels: [], message: '', quoted: document, whole: '' }
  const { labels, rest } = withoutPrefixes(text.replace(suffix, ''))
  const start = rest.search(/(?:\[(?:\s|\\n)*)?\{(?:\s|\\n)*\\?["']/)
  if (start === -1) return { labels, message: rest, quoted: undefined, whole: rest }
  const before = rest.slice(0, start)
  return {
    labels: [...labels, ...(/\b([45]\d\d)\b/.exec(before)?.slice(1) ?? [])],
    message: before.replace(/(?:\bb['"]|[\s'"`:,-]){1,8}$/, ''),
    quoted: parseQuoted(rest.slice(start)),
    whole: rest,
  }
}

function withoutPrefixes(text: string): { labels: string[]; rest: string } {
  const labels: string[] = []
  let rest = text
  // Each pass removes one prefix; the number of passes bounds the work.
  for (let pass = 0; pass < 8; pass++) {
    const prefix = prefixes.map((pattern) => pattern.exec(rest)).find((found) => found !== null)
    if (!prefix) break
    if (prefix[1]) labels.unshift(prefix[1])
    rest = rest.slice(prefix[0].length)
  }
  return { labels, rest }
}

/** Parses the object at the start of a text: JSON, a Python literal, or the message of one that was truncated. */
function parseQuoted(text: string): unknown {
  const end = endOfObject(text)
  if (end !== -1) {
    const object = text.slice(0, end)
    const value = parseDocument(object) ?? parseDocument(unescaped(object)) ?? parseDocument(jsonOfPython(object))
    if (value !== undefined) return value
  }
  const message = /["'](?:message|msg|detail|error)\\?["']\s*:\s*\\?(["'])([^"'\\][\s\S]*?)(?:\\?\1|$)/.exec(text)
  return message ? { message: message[2] } : undefined
}

/** The end of the object that a text starts with; -1 when it was truncated. */
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

/** Undoes one level of escaping too many. */
function unescaped(text: string): string {
  return text.replace(/\\(["n\\])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}

/** Converts a Python literal, as `str()` of an exception's body writes it, to JSON. */
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

/** The value of a JSON object, list or text. Unlike `parseJson`, takes no bare numbers or names. */
function parseDocument(text: string): unknown {
  return /^[[{"]/.test(text) ? parseJson(text) : undefined
}
