import 'server-only'
import { boundaryAt, HarmonySplitter, type ThinkSink } from './harmony'

/** Opening tags of reasoning. Each is closed by its name after a slash. */
const openingTags = ['<think>', '<thinking>', '<thought>', '[think]', '<seed:think>', '◁think▷']
/** Closing tags that count without an opening tag. */
const loneClosingTags = ['</think>', '</thinking>', '</thought>', '[/THINK]']
const MAX_LONE_CLOSING_TAG = 11
/** More white space than this at the start is text and not held back for a tag. */
const MAX_LEADING_SPACE = 64
/** A lone closing tag further down is text. In UTF-16 units; also the most text that is kept here. */
const MAX_BEFORE = 400_000
/** After this many mentions of closing tags, the reply is about such tags. */
const MAX_MENTIONS = 8

/**
 * Separates reasoning in tags from text, however the tags are divided. An opening tag counts only at the start of a reply,
 * where models put it; further down, the text mentions it. Some servers strip it: then a closing tag marks all text
 * before it as reasoning. Tags and the line breaks right after them belong to neither side.
 * A reply that starts with a Harmony header is read by `HarmonySplitter` to its end.
 */
export class ThinkSplitter {
  readonly #sink: ThinkSink
  #state: 'start' | 'thinking' | 'text' = 'start'
  #harmony: HarmonySplitter | null = null
  #held = ''
  #afterTag = false
  /** The closing tag to look for while thinking, in lower case: models don't always repeat the case. */
  #closing = ''
  /** The text so far, as long as a lone closing tag may follow; else null. */
  #before: string | null = ''
  #mentions = 0

  constructor(sink: ThinkSink) {
    this.#sink = sink
  }

  /** Reasoning arrived in a field of its own, so a lone closing tag in the text closes nothing. */
  onSeparateReasoning(): void {
    if (this.#state === 'text') this.#stopSeeking()
    this.#before = null
  }

  split(piece: string): void {
    if (this.#harmony) {
      this.#harmony.split(piece)
      return
    }
    if (this.#state === 'text') {
      if (this.#before === null) this.#emit(piece)
      else this.#seekClosing(piece, false)
      return
    }
    const text = this.#held + piece
    this.#held = ''
    if (this.#state === 'start') this.#decide(text)
    else this.#think(text)
  }

  /** Emits what was held back for the rest of a tag. */
  end(): void {
    this.#harmony?.end()
    if (this.#state === 'text') {
      if (this.#held !== '') this.#seekClosing('', true)
      return
    }
    const held = this.#held
    this.#held = ''
    const text = this.#afterTag ? withoutLeadingBreaks(held) : held
    if (text === '') return
    if (this.#state === 'thinking') this.#sink.reasoning(text)
    else this.#sink.text(text)
  }

  #decide(text: string): void {
    const trimmed = text.trimStart()
    const start = trimmed.slice(0, 16).toLowerCase()
    const opening = openingTags.find((tag) => start.startsWith(tag))
    const closing = loneClosingTags.find((tag) => trimmed.startsWith(tag))
    const header = start.startsWith('<') && !this.#afterTag ? boundaryAt(trimmed) : null
    if (header !== null && header !== 'partial') {
      this.#before = null
      this.#harmony = new HarmonySplitter(this.#sink)
      this.#harmony.split(trimmed)
    } else if (opening !== undefined) {
      this.#state = 'thinking'
      this.#before = null
      this.#afterTag = true
      this.#closing = `${opening.slice(0, 1)}/${opening.slice(1)}`
      this.#think(trimmed.slice(opening.length))
    } else if (closing !== undefined && !this.#afterTag) {
      this.#close(trimmed.slice(closing.length))
    } else if ((header === 'partial' || mayBecomeTag(trimmed)) && text.length - trimmed.length <= MAX_LEADING_SPACE) {
      this.#held = text
    } else {
      this.#state = 'text'
      this.split(this.#afterTag ? withoutLeadingBreaks(text) : text)
    }
  }

  #think(text: string): void {
    const reasoning = this.#afterTag ? withoutLeadingBreaks(text) : text
    if (reasoning === '') return
    this.#afterTag = false
    const end = indexOfTag(this.#closing, reasoning)
    if (end === -1) {
      const whole = reasoning.length - startAtEnd(reasoning, this.#closing)
      this.#held = reasoning.slice(whole)
      if (whole > 0) this.#sink.reasoning(reasoning.slice(0, whole))
      return
    }
    if (end > 0) this.#sink.reasoning(reasoning.slice(0, end))
    this.#close(reasoning.slice(end + this.#closing.length))
  }

  /** Ends the reasoning; another tag may open right after it. */
  #close(rest: string): void {
    this.#state = 'start'
    this.#before = null
    this.#afterTag = true
    this.#decide(rest)
  }

  /** Emits text up to a closing tag, or all of it. `last`: no more text follows. */
  #seekClosing(piece: string, last: boolean): void {
    const text = this.#held + piece
    this.#held = ''
    // Fast path: most text contains neither.
    if (!text.includes('<') && !text.includes('[')) {
      this.#emitSought(text, text.length)
      return
    }
    const mayClose = text.includes('</') || text.includes('[/')
    for (let from = 0; mayClose; ) {
      const found = closingFrom(text, from)
      if (!found) break
      const { at, end } = found
      const before = this.#before + text.slice(0, at)
      const after = text.slice(end)
      if (after.length < 2 && !last && mayBeMention(before)) {
        this.#emitSought(text, at)
        return
      }
      if (isClosing(before, after, text.slice(at, end))) {
        if (this.#before !== '') this.#sink.reclassify()
        if (at > 0) this.#sink.reasoning(text.slice(0, at))
        this.#close(after)
        return
      }
      from = end
      if (++this.#mentions === MAX_MENTIONS) {
        this.#before = null
        this.#emit(text)
        return
      }
    }
    this.#emitSought(text, last ? text.length : text.length - loneStartAtEnd(text))
  }

  /** Emits the first `length` units of a text and holds back the others. */
  #emitSought(text: string, length: number): void {
    this.#held = text.slice(length)
    const given = text.slice(0, length)
    this.#emit(given)
    this.#before += given
    if (this.#before !== null && this.#before.length > MAX_BEFORE) this.#stopSeeking()
  }

  #stopSeeking(): void {
    const held = this.#held
    this.#held = ''
    this.#before = null
    this.#emit(held)
  }

  #emit(text: string): void {
    if (text !== '') this.#sink.text(text)
  }
}

/** The first lone closing tag at or after `from`. */
function closingFrom(text: string, from: number): { at: number; end: number } | null {
  let first: { at: number; end: number } | null = null
  for (const tag of loneClosingTags) {
    const at = text.indexOf(tag, from)
    if (at !== -1 && (first === null || at < first.at)) first = { at, end: at + tag.length }
  }
  return first
}

/** Whether a closing tag ends reasoning, and isn't mentioned by the text: quoted, in code, or in a sentence. */
function isClosing(before: string, after: string, tag: string): boolean {
  if (before.includes(tag.replace('/', ''))) return false
  if (quotes.some(([open, close]) => before.endsWith(open) && after.startsWith(close))) return false
  if (isOdd(before, '```')) return false
  const line = before.slice(before.lastIndexOf('\n') + 1).replaceAll('```', '')
  if (isOdd(line, '`')) return false
  return !(afterWord.test(before.slice(-4)) && beforeWord.test(after.slice(0, 4)))
}

const quotes = ['""', "''", '``', '“”', '‘’', '«»', '「」', '()'].map((pair): [string, string] => [
  pair.slice(0, 1),
  pair.slice(1),
])
/** E.g. “the </think> tag”. */
const afterWord = /[\p{L}\p{N},][ \t]$/u
const beforeWord = /^[ \t]\p{Ll}/u

/** Whether the text after a closing tag decides if it is a mention. */
function mayBeMention(before: string): boolean {
  return afterWord.test(before.slice(-4)) || quotes.some(([open]) => before.endsWith(open))
}

function isOdd(text: string, mark: string): boolean {
  return text.split(mark).length % 2 === 0
}

function withoutLeadingBreaks(text: string): string {
  return text.replace(/^[\r\n]+/, '')
}

function mayBecomeTag(text: string): boolean {
  const start = text.toLowerCase()
  return (
    openingTags.some((tag) => tag.length > start.length && tag.startsWith(start)) ||
    loneClosingTags.some((tag) => tag.length > text.length && tag.startsWith(text))
  )
}

/** How many characters at the end could start a lone closing tag. Each has only one bracket, at its start. */
function loneStartAtEnd(text: string): number {
  const from = Math.max(text.lastIndexOf('<'), text.lastIndexOf('['))
  if (from === -1 || text.length - from >= MAX_LONE_CLOSING_TAG) return 0
  const end = text.slice(from)
  return loneClosingTags.some((tag) => tag.startsWith(end)) ? end.length : 0
}

/** The index of a tag in a text, in any case; -1 without one. */
function indexOfTag(tag: string, text: string): number {
  const mark = tag.slice(0, 2)
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (text.slice(at, at + tag.length).toLowerCase() === tag) return at
  }
  return -1
}

/** How many characters at the end could start the tag. */
function startAtEnd(text: string, tag: string): number {
  const end = text.slice(1 - tag.length).toLowerCase()
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (end.endsWith(tag.slice(0, length))) return length
  }
  return 0
}
