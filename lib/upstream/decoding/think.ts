import 'server-only'
import { boundaryAt, HarmonySplitter, type ThinkSink } from './harmony'

/** The tags that models write their reasoning between. Each is closed by its own name behind a slash. */
const openings = ['<think>', '<thinking>', '<thought>', '[think]', '<seed:think>', '◁think▷']
/** The closing tags that are looked for where none was opened. */
const lone = ['</think>', '</thinking>', '</thought>', '[/THINK]']
const longestLone = 11
/** More blank space than this at the start is text, not a wait for a tag. */
const longestLead = 64
/** A closing tag further down than this is text. In UTF-16 units, and the most of an answer that is kept here. */
const longestBefore = 400_000
/** After so many closing tags that close nothing, the answer is about such tags. */
const mostMentions = 8

/**
 * Tells reasoning that a model writes in tags from its answer, however the tags are split. An opening tag counts at the
 * start of an answer only, where models put it: further down, the tag is something the answer is talking about. Some
 * servers swallow it: then a closing tag says that all the text before it was reasoning.
 * The tags and the line breaks right after them are marks, not words, and go to neither side.
 * An answer that begins with a header of Harmony is in that format to its end.
 */
export class ThinkSplitter {
  readonly #sink: ThinkSink
  #state: 'start' | 'thinking' | 'text' = 'start'
  #harmony: HarmonySplitter | null = null
  #held = ''
  #afterTag = false
  /** The closing tag that is waited for while thinking, in small letters: models do not always repeat the capitals. */
  #closing = ''
  /** The text so far, as long as a lone closing tag may follow; null when none may. */
  #before: string | null = ''
  #mentions = 0

  constructor(sink: ThinkSink) {
    this.#sink = sink
  }

  /** Reasoning came in a field of its own: a closing tag in the text closes nothing. */
  reasoned(): void {
    if (this.#state === 'text') this.#stopSeeking()
    this.#before = null
  }

  split(piece: string): void {
    if (this.#harmony) {
      this.#harmony.split(piece)
      return
    }
    if (this.#state === 'text') {
      if (this.#before === null) this.#give(piece)
      else this.#seekClosing(piece, false)
      return
    }
    const text = this.#held + piece
    this.#held = ''
    if (this.#state === 'start') this.#decide(text)
    else this.#think(text)
  }

  /** Gives out what was held back in wait for the rest of a tag. */
  end(): void {
    this.#harmony?.end()
    if (this.#state === 'text') {
      if (this.#held !== '') this.#seekClosing('', true)
      return
    }
    const held = this.#held
    this.#held = ''
    const words = this.#afterTag ? withoutLeadingBreaks(held) : held
    if (words === '') return
    if (this.#state === 'thinking') this.#sink.reasoning(words)
    else this.#sink.text(words)
  }

  #decide(text: string): void {
    const words = text.trimStart()
    const start = words.slice(0, 16).toLowerCase()
    const opening = openings.find((tag) => start.startsWith(tag))
    const closing = lone.find((tag) => words.startsWith(tag))
    const header = start.startsWith('<') && !this.#afterTag ? boundaryAt(words) : null
    if (header !== null && header !== 'partial') {
      this.#before = null
      this.#harmony = new HarmonySplitter(this.#sink)
      this.#harmony.split(words)
    } else if (opening !== undefined) {
      this.#state = 'thinking'
      this.#before = null
      this.#afterTag = true
      this.#closing = `${opening.slice(0, 1)}/${opening.slice(1)}`
      this.#think(words.slice(opening.length))
    } else if (closing !== undefined && !this.#afterTag) {
      this.#close(words.slice(closing.length))
    } else if ((header === 'partial' || mayBecomeTag(words)) && text.length - words.length <= longestLead) {
      this.#held = text
    } else {
      this.#state = 'text'
      this.split(this.#afterTag ? withoutLeadingBreaks(text) : text)
    }
  }

  #think(text: string): void {
    const words = this.#afterTag ? withoutLeadingBreaks(text) : text
    if (words === '') return
    this.#afterTag = false
    const end = placeOf(this.#closing, words)
    if (end === -1) {
      const whole = words.length - startAtEnd(words, this.#closing)
      this.#held = words.slice(whole)
      if (whole > 0) this.#sink.reasoning(words.slice(0, whole))
      return
    }
    if (end > 0) this.#sink.reasoning(words.slice(0, end))
    this.#close(words.slice(end + this.#closing.length))
  }

  /** The reasoning is over; another tag may open with what follows. */
  #close(rest: string): void {
    this.#state = 'start'
    this.#before = null
    this.#afterTag = true
    this.#decide(rest)
  }

  /** Gives out text up to a closing tag, or all of it. `last` when no more comes. */
  #seekClosing(piece: string, last: boolean): void {
    const words = this.#held + piece
    this.#held = ''
    // Nearly all that a model writes holds neither, and is not looked at twice.
    if (!words.includes('<') && !words.includes('[')) {
      this.#giveSought(words, words.length)
      return
    }
    const mayClose = words.includes('</') || words.includes('[/')
    for (let from = 0; mayClose; ) {
      const found = closingFrom(words, from)
      if (!found) break
      const { at, end } = found
      const before = this.#before + words.slice(0, at)
      const after = words.slice(end)
      if (after.length < 2 && !last && mayBeMention(before)) {
        this.#giveSought(words, at)
        return
      }
      if (isClosing(before, after, words.slice(at, end))) {
        if (this.#before !== '') this.#sink.reclassify()
        if (at > 0) this.#sink.reasoning(words.slice(0, at))
        this.#close(after)
        return
      }
      from = end
      if (++this.#mentions === mostMentions) {
        this.#before = null
        this.#give(words)
        return
      }
    }
    this.#giveSought(words, last ? words.length : words.length - loneStartAtEnd(words))
  }

  /** Gives out the first so many units of text and holds back the others. */
  #giveSought(words: string, length: number): void {
    this.#held = words.slice(length)
    const given = words.slice(0, length)
    this.#give(given)
    this.#before += given
    if (this.#before !== null && this.#before.length > longestBefore) this.#stopSeeking()
  }

  #stopSeeking(): void {
    const held = this.#held
    this.#held = ''
    this.#before = null
    this.#give(held)
  }

  #give(words: string): void {
    if (words !== '') this.#sink.text(words)
  }
}

/** The first lone closing tag at or after a place. */
function closingFrom(words: string, from: number): { at: number; end: number } | null {
  let first: { at: number; end: number } | null = null
  for (const tag of lone) {
    const at = words.indexOf(tag, from)
    if (at !== -1 && (first === null || at < first.at)) first = { at, end: at + tag.length }
  }
  return first
}

/** Whether a closing tag ends reasoning, and is not one that the text talks about: quoted, in code, or in a sentence. */
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
/** As in “the </think> tag”. */
const afterWord = /[\p{L}\p{N},][ \t]$/u
const beforeWord = /^[ \t]\p{Ll}/u

/** Whether what comes after a closing tag matters to what it is. */
function mayBeMention(before: string): boolean {
  return afterWord.test(before.slice(-4)) || quotes.some(([open]) => before.endsWith(open))
}

function isOdd(text: string, mark: string): boolean {
  return text.split(mark).length % 2 === 0
}

function withoutLeadingBreaks(text: string): string {
  return text.replace(/^[\r\n]+/, '')
}

function mayBecomeTag(words: string): boolean {
  const start = words.toLowerCase()
  return (
    openings.some((tag) => tag.length > start.length && tag.startsWith(start)) ||
    lone.some((tag) => tag.length > words.length && tag.startsWith(words))
  )
}

/** How many characters at the end could be the start of a lone closing tag. Each has its bracket at its start alone. */
function loneStartAtEnd(words: string): number {
  const from = Math.max(words.lastIndexOf('<'), words.lastIndexOf('['))
  if (from === -1 || words.length - from >= longestLone) return 0
  const end = words.slice(from)
  return lone.some((tag) => tag.startsWith(end)) ? end.length : 0
}

/** Where a tag stands in a text, in whichever letters; -1 where it does not. */
function placeOf(tag: string, text: string): number {
  const mark = tag.slice(0, 2)
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (text.slice(at, at + tag.length).toLowerCase() === tag) return at
  }
  return -1
}

/** How many characters at the end could be the start of a tag. */
function startAtEnd(text: string, tag: string): number {
  const end = text.slice(1 - tag.length).toLowerCase()
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (end.endsWith(tag.slice(0, length))) return length
  }
  return 0
}
