import { pairTags } from '../blocks/elements'
import { inlineHtml, mayBeHtml } from '../blocks/html'
import { Lookahead } from '../blocks/lookahead'
import { cut, type Segment } from '../blocks/segments'
import { chemistryAt, formulaAt, inlineOf, unfinishedFormula } from '../math/math-spans'
import type { Definition, Inline, References } from '../tree'
import { nearEnd, withoutHalfMark } from '../unfinished'
import { autolinkAt, linkOf, pointedLinkAt, withAutolinks } from './autolinks'
import { characterReference, codeText, decoded, normalized, withoutSpaceAtEnd } from './characters'
import { dataImageAt } from './data-images'
import { matchAt } from './destinations'
import { Runs } from './emphasis'
import { runAt } from './emphasis-run'
import { inlineTarget, referenceTarget, type Target, unfinishedTarget } from './link-targets'
import { append, type Bracket, inlinesOfPieces, newPiece, plainText, remove, wrap } from './pieces'
import { pathAt, plainRunAt } from './plain-marks'

const plain = /[^\n\\`*_~[\]!<&$]+/y
const plainWithoutLinks = /[^\n\\`*_~[\]!<&$hHwW]+/y
const backticks = /`+/y
const escapable = /[!-/:-@[-`{-~]/
const halfPointed = /<((?:https?|mailto):[^\s<>]*)$/y
const noteMark = /\[\^([^\]\s[]+)\]/y

/** In characters. While a text is being written, a mark reaches only so far: what is further back is settled. */
const reachOfMarks = 4096

/**
 * Reads a text for its marks. With `unfinished`, the text is still being written: marks at its end that are open are
 * closed, and those that say nothing yet are left away, so that raw marks are never shown.
 */
export function inlinesIn(text: string, references: References, unfinished: boolean): Inline[] {
  return segmentsIn(text, references, unfinished).flatMap(({ inlines }) => inlines)
}

/** The same in segments. Those of an unfinished text stay what they are, but for the last, whatever follows. */
export function segmentsIn(text: string, references: References, unfinished: boolean): Segment[] {
  return new Reader(unfinished ? withoutHalfMark(text) : text, references, unfinished).read()
}

class Reader {
  private at = 0
  private readonly root = newPiece(null)
  private readonly runs: Runs
  private readonly reach: number
  private readonly lookahead: Lookahead
  private bracket: Bracket | null = null
  private readonly mayHoldLinks: boolean
  private holdsHtml = false

  constructor(
    private readonly text: string,
    private readonly references: References,
    private readonly unfinished: boolean,
  ) {
    this.reach = unfinished ? reachOfMarks : Number.POSITIVE_INFINITY
    this.runs = new Runs(this.root, this.reach)
    this.lookahead = new Lookahead(text)
    this.mayHoldLinks = /:\/\/|www\./i.test(text)
  }

  read(): Segment[] {
    while (this.at < this.text.length) this.step()
    if (this.unfinished) this.dropOpenBracket()
    this.runs.pair(null)
    if (this.unfinished) this.runs.closeOpen(this.text.length - nearEnd)
    const openFrom = this.unfinished ? this.text.length - nearEnd : Number.POSITIVE_INFINITY
    if (this.holdsHtml) pairTags(this.root, this.reach, openFrom)
    const parts = cut(
      this.root,
      this.text,
      this.unfinished ? this.text.length - this.reach - nearEnd : this.text.length,
    )
    const mayHoldLinks = this.mayHoldLinks || this.text.includes('@')
    return parts.map((part) => {
      const inlines = inlinesOfPieces(part)
      return { at: part.at, inlines: mayHoldLinks ? withAutolinks(inlines) : inlines }
    })
  }

  private step(): void {
    const run = matchAt(this.mayHoldLinks ? plainWithoutLinks : plain, this.text, this.at)
    if (run) {
      this.take(run.length, null, run)
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
        this.code()
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
        else this.take(1, null, mark)
        break
      case ']':
        this.closeBracket()
        break
      case '<':
        this.pointed()
        break
      case '&':
        this.entity()
        break
      case '$':
        this.formula('$'.repeat(this.lookahead.dollarsAt(this.at)))
        break
      default:
        this.bareAddress()
    }
  }

  /** Goes on by so many characters, which came to this. */
  private take(length: number, inline: Inline | null, text = ''): void {
    append(this.root, newPiece(inline, text, this.at))
    this.at += length
  }

  private lineEnd(): void {
    const { last } = this.root
    const isBreak = last?.inline === null && last.text.endsWith('  ')
    if (last?.inline === null) last.text = withoutSpaceAtEnd(last.text)
    const spaces = matchAt(/\n */y, this.text, this.at)?.length ?? 1
    if (isBreak) this.take(spaces, { type: 'break' })
    else this.take(spaces, null, '\n')
  }

  private backslash(): void {
    const next = this.text[this.at + 1] ?? ''
    if (next === '\n') {
      const spaces = matchAt(/\\\n */y, this.text, this.at)?.length ?? 2
      this.take(spaces, { type: 'break' })
      return
    }
    const path = pathAt(this.text, this.at)
    const found = path === null ? chemistryAt(this.text, this.at) : null
    if (path !== null) this.take(path.length, null, path)
    else if (found) this.take(found.end - this.at, inlineOf(found))
    else if (next === '(' || next === '[') this.formula(`\\${next}`)
    else if (escapable.test(next)) this.take(2, null, next)
    else this.take(1, null, '\\')
  }

  private code(): void {
    const ticks = matchAt(backticks, this.text, this.at) ?? '`'
    const from = this.at + ticks.length
    const end = this.lookahead.findBackticks(ticks.length, from)
    if (end - this.at <= this.reach && end < this.text.length) {
      this.take(end + ticks.length - this.at, { type: 'code', text: codeText(this.text.slice(from, end)) })
      return
    }
    const rest = this.text.slice(from)
    const isOpen = this.unfinished && rest.length > 0 && rest.length < nearEnd && !/^\s|\n/.test(rest)
    if (isOpen) this.take(ticks.length + rest.length, { type: 'code', text: rest })
    else this.take(ticks.length, null, ticks)
  }

  private run(mark: string): void {
    let length = 1
    while (this.text[this.at + length] === mark) length++
    const plain = plainRunAt(this.text, this.at, mark.repeat(length), this.unfinished)
    if (plain !== null) {
      this.take(plain.length, null, plain)
      return
    }
    const run = runAt(this.text, this.at, mark, length, this.runs.last, this.lookahead)
    this.at += length
    append(this.root, run.piece)
    if (run.opens || run.closes) this.runs.push(run)
  }

  private image(): void {
    const found = dataImageAt(this.text, this.at, this.lookahead, this.unfinished)
    if (found) this.take(found.length, found.image)
    else this.openBracket(true)
  }

  private openBracket(isImage: boolean): void {
    const note = isImage ? null : matchAt(noteMark, this.text, this.at)
    if (note) {
      const label = normalized(note.slice(2, -1))
      if (this.references.isNote(label)) {
        this.take(note.length, { type: 'reference', label, place: null })
        return
      }
    }
    if (this.bracket) this.bracket.holdsBracket = true
    const text = isImage ? '![' : '['
    this.take(text.length, null, text)
    const piece = this.root.last ?? this.root
    const { at, bracket: previous } = this
    this.bracket = { piece, isImage, active: true, at, run: this.runs.last, holdsBracket: false, previous }
  }

  /** The innermost bracket that may still be closed. */
  private openedBracket(): Bracket | null {
    if (this.bracket && this.at - this.bracket.at > this.reach) this.bracket = null
    return this.bracket
  }

  private closeBracket(): void {
    const opener = this.openedBracket()
    this.bracket = opener?.previous ?? null
    const found = opener?.active ? this.targetOf(opener) : null
    if (!opener || !found || found.end - opener.at > this.reach) {
      this.take(1, null, ']')
      return
    }
    this.at = found.end
    this.link(opener, found.target)
  }

  private targetOf(opener: Bracket): Target | null {
    const { text, at } = this
    const inner = opener.holdsBracket ? null : text.slice(opener.at, at)
    const found = inlineTarget(text, at + 1) ?? referenceTarget(text, at + 1, inner, this.references)
    if (found || !this.unfinished) return found
    const isWord = !opener.isImage && /\w/.test(text[opener.at - 2] ?? '')
    return unfinishedTarget(text, at + 1, !isWord)
  }

  private link(opener: Bracket, target: Definition | null): void {
    this.runs.pair(opener.run)
    this.runs.drop(opener.run)
    const { address, title } = target ?? { address: null, title: '' }
    const made = wrap(this.root, opener.piece, null, { type: 'link', address, title, children: [] })
    remove(this.root, opener.piece)
    if (opener.isImage) {
      made.inline = { type: 'image', address, title, alt: plainText(inlinesOfPieces(made)) }
      made.first = null
      made.last = null
      return
    }
    // A link holds no other link. What is further out than one that knows this knows it too.
    for (let each = this.bracket; each; each = each.previous) {
      if (each.isImage) continue
      if (!each.active) return
      each.active = false
    }
  }

  private dropOpenBracket(): void {
    const { bracket, text } = this
    if (!bracket?.active || text.length - bracket.at > nearEnd || text.slice(bracket.at).includes('\n')) return
    const mark = bracket.isImage ? 2 : 1
    if (/\w/.test(text[bracket.at - mark - 1] ?? '') && !bracket.isImage) return
    bracket.piece.text = ''
  }

  private pointed(): void {
    const found = pointedLinkAt(this.text, this.at)
    if (found && found.length <= this.reach) {
      this.take(found.length, found.link)
      return
    }
    const html = mayBeHtml(this.text, this.at, this.lookahead) ? matchAt(inlineHtml, this.text, this.at) : null
    if (html && html.length <= this.reach) {
      this.holdsHtml = true
      this.take(html.length, { type: 'html', text: html })
      return
    }
    const half = this.unfinished ? matchAt(halfPointed, this.text, this.at) : null
    this.take(half?.length ?? 1, null, half?.slice(1) ?? '<')
  }

  private entity(): void {
    const found = matchAt(characterReference, this.text, this.at)
    this.take(found?.length ?? 1, null, found === null ? '&' : decoded(found))
  }

  /** A formula, or the mark that would begin one. */
  private formula(mark: string): void {
    const found = formulaAt(this.text, this.at, this.lookahead, this.openedBracket()?.active === true)
    if (found && found.end - this.at <= this.reach) {
      this.take(found.end - this.at, inlineOf(found))
      return
    }
    const tex = this.unfinished ? unfinishedFormula(this.text, this.at + mark.length, mark) : null
    if (tex === null) this.take(mark.length, null, mark.startsWith('\\') ? mark.slice(1) : mark)
    else this.take(mark.length + tex.length, { type: 'math', tex, display: false, unfinished: true })
  }

  private bareAddress(): void {
    const link = this.openedBracket() ? null : autolinkAt(this.text, this.at)
    if (link) this.take(link.text.length, linkOf(link))
    else this.take(1, null, this.text[this.at])
  }
}
