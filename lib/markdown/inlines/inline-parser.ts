import { chemistryAt, formulaAt, incompleteFormula, inlineOf } from '../math/inline-math'
import type { Inline, References } from '../tree'
import { autolinkAt, extendedAutolinkAt, linkOf, withExtendedAutolinks } from './autolinks'
import { BracketStack } from './bracket-stack'
import { characterReference, codeText, decoded, normalizeLabel, withoutSpaceAtEnd } from './characters'
import { dataImageAt } from './data-images'
import { delimiterRunAt } from './delimiter-run'
import { DelimiterStack } from './delimiter-stack'
import { matchAt } from './destinations'
import { pairTags } from './elements'
import { inlineHtml, mayBeHtml } from './html'
import { MAX_OPEN_CHARACTERS, withoutIncompleteMarkup } from './incomplete-markup'
import { literalRunAt, windowsPathAt } from './literal-marks'
import { Lookahead } from './lookahead'
import { append, inlinesOfPieces, newPiece } from './pieces'
import { type Segment, splitIntoSegments } from './segments'

const plain = /[^\n\\`*_~[\]!<&$]+/y
const plainWithoutLinks = /[^\n\\`*_~[\]!<&$hHwW]+/y
const backticks = /`+/y
const escapable = /[!-/:-@[-`{-~]/
const incompleteAutolink = /<((?:https?|mailto):[^\s<>]*)$/y
const footnoteMark = /\[\^([^\]\s[]+)\]/y

/** In an unfinished text, marks further apart than this are no pair, so that the text before is stable. */
const MAX_REACH_CHARACTERS = 4096

/**
 * Parses inlines. With `unfinished`, the text is still being written: open marks at its end are closed and incomplete
 * ones dropped, so that raw marks never show.
 */
export function parseInlines(text: string, references: References, unfinished: boolean): Inline[] {
  return parseSegments(text, references, unfinished).flatMap(({ inlines }) => inlines)
}

/** The same in segments. More text changes only the last segment of an unfinished text. */
export function parseSegments(text: string, references: References, unfinished: boolean): Segment[] {
  return new InlineParser(unfinished ? withoutIncompleteMarkup(text) : text, references, unfinished).parse()
}

class InlineParser {
  private at = 0
  private readonly root = newPiece(null)
  private readonly delimiters: DelimiterStack
  private readonly reach: number
  private readonly lookahead: Lookahead
  private readonly brackets: BracketStack
  private readonly mayHoldLinks: boolean
  private holdsHtml = false

  constructor(
    private readonly text: string,
    private readonly references: References,
    private readonly unfinished: boolean,
  ) {
    this.reach = unfinished ? MAX_REACH_CHARACTERS : Number.POSITIVE_INFINITY
    this.delimiters = new DelimiterStack(this.root, this.reach)
    this.brackets = new BracketStack(this.root, this.delimiters, { text, references, unfinished, reach: this.reach })
    this.lookahead = new Lookahead(text)
    this.mayHoldLinks = /:\/\/|www\./i.test(text)
  }

  parse(): Segment[] {
    while (this.at < this.text.length) this.step()
    if (this.unfinished) this.brackets.dropOpen()
    this.delimiters.pair(null)
    if (this.unfinished) this.delimiters.closeOpen(this.text.length - MAX_OPEN_CHARACTERS)
    const openFrom = this.unfinished ? this.text.length - MAX_OPEN_CHARACTERS : Number.POSITIVE_INFINITY
    if (this.holdsHtml) pairTags(this.root, this.reach, openFrom)
    const parts = splitIntoSegments(
      this.root,
      this.text,
      this.unfinished ? this.text.length - this.reach - MAX_OPEN_CHARACTERS : this.text.length,
    )
    const mayHoldLinks = this.mayHoldLinks || this.text.includes('@')
    return parts.map((part) => {
      const inlines = inlinesOfPieces(part)
      return { at: part.at, inlines: mayHoldLinks ? withExtendedAutolinks(inlines) : inlines }
    })
  }

  private step(): void {
    const delimiterRun = matchAt(this.mayHoldLinks ? plainWithoutLinks : plain, this.text, this.at)
    if (delimiterRun) {
      this.consume(delimiterRun.length, null, delimiterRun)
      return
    }
    const mark = this.text[this.at] ?? ''
    switch (mark) {
      case '\n':
        this.lineEnd()
        break
      case '\\':
        this.backslash()
        break
      case '`':
        this.codeSpan()
        break
      case '*':
      case '_':
      case '~':
        this.run(mark)
        break
      case '[':
        this.openBracket(false)
        break
      case '!':
        if (this.text[this.at + 1] === '[') this.image()
        else this.consume(1, null, mark)
        break
      case ']':
        this.closeBracket()
        break
      case '<':
        this.angleBracket()
        break
      case '&':
        this.entity()
        break
      case '$':
        this.formula('$'.repeat(this.lookahead.dollarsAt(this.at)))
        break
      default:
        this.bareUrl()
    }
  }

  /** Adds a piece for the next `length` characters. */
  private consume(length: number, inline: Inline | null, text = ''): void {
    append(this.root, newPiece(inline, text, this.at))
    this.at += length
  }

  private lineEnd(): void {
    const { last } = this.root
    const isBreak = last?.inline === null && last.text.endsWith('  ')
    if (last?.inline === null) last.text = withoutSpaceAtEnd(last.text)
    const spaces = matchAt(/\n */y, this.text, this.at)?.length ?? 1
    if (isBreak) this.consume(spaces, { type: 'break' })
    else this.consume(spaces, null, '\n')
  }

  private backslash(): void {
    const next = this.text[this.at + 1] ?? ''
    if (next === '\n') {
      const spaces = matchAt(/\\\n */y, this.text, this.at)?.length ?? 2
      this.consume(spaces, { type: 'break' })
      return
    }
    const path = windowsPathAt(this.text, this.at)
    const found = path === null ? chemistryAt(this.text, this.at) : null
    if (path !== null) this.consume(path.length, null, path)
    else if (found) this.consume(found.end - this.at, inlineOf(found))
    else if (next === '(' || next === '[') this.formula(`\\${next}`)
    else if (escapable.test(next)) this.consume(2, null, next)
    else this.consume(1, null, '\\')
  }

  private codeSpan(): void {
    const ticks = matchAt(backticks, this.text, this.at) ?? '`'
    const from = this.at + ticks.length
    const end = this.lookahead.findBackticks(ticks.length, from)
    if (end - this.at <= this.reach && end < this.text.length) {
      this.consume(end + ticks.length - this.at, { type: 'code', text: codeText(this.text.slice(from, end)) })
      return
    }
    const rest = this.text.slice(from)
    const isOpen = this.unfinished && rest.length > 0 && rest.length < MAX_OPEN_CHARACTERS && !/^\s|\n/.test(rest)
    if (isOpen) this.consume(ticks.length + rest.length, { type: 'code', text: rest })
    else this.consume(ticks.length, null, ticks)
  }

  private run(mark: string): void {
    let length = 1
    while (this.text[this.at + length] === mark) length++
    const plain = literalRunAt(this.text, this.at, mark.repeat(length), this.unfinished)
    if (plain !== null) {
      this.consume(plain.length, null, plain)
      return
    }
    const run = delimiterRunAt(this.text, this.at, mark, length, this.delimiters.last, this.lookahead)
    this.at += length
    append(this.root, run.piece)
    if (run.canOpen || run.canClose) this.delimiters.push(run)
  }

  private image(): void {
    const found = dataImageAt(this.text, this.at, this.lookahead, this.unfinished)
    if (found) this.consume(found.length, found.image)
    else this.openBracket(true)
  }

  private openBracket(isImage: boolean): void {
    const footnote = isImage ? null : matchAt(footnoteMark, this.text, this.at)
    if (footnote) {
      const label = normalizeLabel(footnote.slice(2, -1))
      if (this.references.isFootnote(label)) {
        this.consume(footnote.length, { type: 'footnote-reference', label, position: null })
        return
      }
    }
    const text = isImage ? '![' : '['
    this.consume(text.length, null, text)
    this.brackets.push(this.root.last ?? this.root, isImage, this.at)
  }

  private closeBracket(): void {
    const end = this.brackets.close(this.at)
    if (end === null) this.consume(1, null, ']')
    else this.at = end
  }

  private angleBracket(): void {
    const found = autolinkAt(this.text, this.at)
    if (found && found.length <= this.reach) {
      this.consume(found.length, found.link)
      return
    }
    const html = mayBeHtml(this.text, this.at, this.lookahead) ? matchAt(inlineHtml, this.text, this.at) : null
    if (html && html.length <= this.reach) {
      this.holdsHtml = true
      this.consume(html.length, { type: 'html', text: html })
      return
    }
    const half = this.unfinished ? matchAt(incompleteAutolink, this.text, this.at) : null
    this.consume(half?.length ?? 1, null, half?.slice(1) ?? '<')
  }

  private entity(): void {
    const found = matchAt(characterReference, this.text, this.at)
    this.consume(found?.length ?? 1, null, found === null ? '&' : decoded(found))
  }

  /** Consumes a formula, or the mark that would open one. */
  private formula(mark: string): void {
    const found = formulaAt(this.text, this.at, this.lookahead, this.brackets.openAt(this.at)?.active === true)
    if (found && found.end - this.at <= this.reach) {
      this.consume(found.end - this.at, inlineOf(found))
      return
    }
    const tex = this.unfinished ? incompleteFormula(this.text, this.at + mark.length, mark) : null
    if (tex === null) this.consume(mark.length, null, mark.startsWith('\\') ? mark.slice(1) : mark)
    else this.consume(mark.length + tex.length, { type: 'math', tex, display: false, unfinished: true })
  }

  private bareUrl(): void {
    const link = this.brackets.openAt(this.at) ? null : extendedAutolinkAt(this.text, this.at)
    if (link) this.consume(link.text.length, linkOf(link))
    else this.consume(1, null, this.text[this.at])
  }
}
