import { autolinkAt, linkOf, withAutolinks } from './autolinks'
import { characterReference, decoded, normalized } from './characters'
import { destinationAt, labelAt, matchAt, skipSpace, titleAt } from './destinations'
import { type Run, Runs, runAt } from './emphasis'
import { inlineHtml } from './html'
import { formulaAt, mayBeFormula } from './math'
import { append, inlinesOfPieces, newPiece, type Piece, plainText, remove, wrap } from './pieces'
import type { Definition, Inline, References } from './tree'

const plain = /[^\n\\`*_~[\]!<&$]+/y
const plainWithoutLinks = /[^\n\\`*_~[\]!<&$hHwW]+/y
const backticks = /`+/y
const escapable = /[!-/:-@[-`{-~]/
const pointedAddress = /<[A-Za-z][A-Za-z0-9.+-]{1,31}:[^<>\s\p{Cc}]*>/uy
const pointedMail =
  /<[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*>/y
const noteMark = /\[\^([^\]\s[]+)\]/y

/** Marks that have only begun at the end of an unfinished text, and say nothing yet. */
const halfMark = /(?:[*_~`]+|\\|<|!?\[(?:\^[^\]\s]*)?|!|&#?\w{0,10}|(?<![^\s(])\$+)$/
const halfAddress = /^\((?:[^\s<>]*|<[^>\n]*)(?:\s+["'(][^\n]*)?\s*$/
const halfPointed = /<((?:https?|mailto):[^\s<>]*)$/y
/** What is still open further back than this, in characters, was hardly meant to be a mark. */
const nearEnd = 600

/** An opening bracket that has not found its other half. */
interface Bracket {
  piece: Piece
  isImage: boolean
  /** False once a link has been made within what it would hold. */
  active: boolean
  /** After the bracket. */
  at: number
  run: Run | null
  /** Another bracket was opened since, so what stands between is no label. */
  holdsBracket: boolean
  previous: Bracket | null
}

/**
 * Reads a text for its marks. With `unfinished`, the text is still being written: marks at its end that are open are
 * closed, and those that say nothing yet are left away, so that raw marks are never shown.
 */
export function inlinesIn(text: string, references: References, unfinished: boolean): Inline[] {
  const whole = unfinished ? text.replace(halfMark, '').trimEnd() : text
  return new Reader(whole, references, unfinished).read()
}

class Reader {
  private at = 0
  private readonly root = newPiece(null)
  private readonly runs = new Runs(this.root)
  private bracket: Bracket | null = null
  private readonly missingTicks = new Set<number>()
  private readonly mayHoldLinks: boolean

  constructor(
    private readonly text: string,
    private readonly references: References,
    private readonly unfinished: boolean,
  ) {
    this.mayHoldLinks = /:\/\/|www\./i.test(text)
  }

  read(): Inline[] {
    while (this.at < this.text.length) this.step()
    if (this.unfinished) this.dropOpenBracket()
    this.runs.pair(null)
    if (this.unfinished) this.runs.closeOpen(this.text.length - nearEnd)
    const inlines = inlinesOfPieces(this.root)
    return this.mayHoldLinks || this.text.includes('@') ? withAutolinks(inlines) : inlines
  }

  private step(): void {
    const run = matchAt(this.mayHoldLinks ? plainWithoutLinks : plain, this.text, this.at)
    if (run) {
      this.take(run.length, null, run)
      return
    }
    switch (this.text[this.at]) {
      case '\n':
        this.lineEnd()
        return
      case '\\':
        this.backslash()
        return
      case '`':
        this.code()
        return
      case '*':
      case '_':
      case '~':
        this.run(this.text[this.at] ?? '')
        return
      case '[':
        this.openBracket(false)
        return
      case '!':
        if (this.text[this.at + 1] === '[') this.openBracket(true)
        else this.take(1, null, '!')
        return
      case ']':
        this.closeBracket()
        return
      case '<':
        this.pointed()
        return
      case '&':
        this.entity()
        return
      case '$':
        this.formula('$')
        return
      default:
        this.bareAddress()
        return
    }
  }

  /** Goes on by so many characters, which came to this. */
  private take(length: number, inline: Inline | null, text = ''): void {
    this.at += length
    append(this.root, newPiece(inline, text))
  }

  private lineEnd(): void {
    const last = this.root.last
    const isBreak = last?.inline === null && last.text.endsWith('  ')
    if (last?.inline === null) last.text = last.text.replace(/[ \t]+$/, '')
    const spaces = matchAt(/\n */y, this.text, this.at)?.length ?? 1
    if (isBreak) this.take(spaces, { type: 'break' })
    else this.take(spaces, null, '\n')
  }

  private backslash(): void {
    const next = this.text[this.at + 1] ?? ''
    if (next === '\n') {
      const spaces = matchAt(/\\\n */y, this.text, this.at)?.length ?? 2
      this.take(spaces, { type: 'break' })
    } else if (next === '(' || next === '[') this.formula(`\\${next}`)
    else if (escapable.test(next)) this.take(2, null, next)
    else this.take(1, null, '\\')
  }

  private code(): void {
    const ticks = matchAt(backticks, this.text, this.at) ?? '`'
    const from = this.at + ticks.length
    const end = this.missingTicks.has(ticks.length) ? -1 : this.ticksAfter(from, ticks.length)
    if (end >= 0) {
      this.take(end + ticks.length - this.at, { type: 'code', text: codeText(this.text.slice(from, end)) })
      return
    }
    this.missingTicks.add(ticks.length)
    const rest = this.text.slice(from)
    const isOpen = this.unfinished && rest.length > 0 && rest.length < nearEnd && !/^\s|\n/.test(rest)
    if (isOpen) this.take(ticks.length + rest.length, { type: 'code', text: rest })
    else this.take(ticks.length, null, ticks)
  }

  private ticksAfter(from: number, length: number): number {
    for (let at = this.text.indexOf('`', from); at >= 0; ) {
      const found = matchAt(backticks, this.text, at)?.length ?? 1
      if (found === length) return at
      at = this.text.indexOf('`', at + found)
    }
    return -1
  }

  private run(mark: string): void {
    let length = 1
    while (this.text[this.at + length] === mark) length++
    if (mark === '~' && length > 2) {
      this.take(length, null, mark.repeat(length))
      return
    }
    const run = runAt(this.text, this.at, mark, length, this.runs.last)
    this.at += length
    append(this.root, run.piece)
    if (run.opens || run.closes) this.runs.push(run)
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

  private closeBracket(): void {
    const opener = this.bracket
    if (!opener) {
      this.take(1, null, ']')
      return
    }
    this.bracket = opener.previous
    if (!opener.active) {
      this.take(1, null, ']')
      return
    }
    const label = this.text.slice(opener.at, this.at)
    const found = this.inlineTarget() ?? this.referenceTarget(label, opener) ?? this.unfinishedTarget(opener)
    if (!found) {
      this.take(1, null, ']')
      return
    }
    this.at = found.end
    this.link(opener, found.target)
  }

  /** `(address "title")` after the bracket. */
  private inlineTarget(): { target: Definition; end: number } | null {
    const { text } = this
    if (text[this.at + 1] !== '(') return null
    const from = skipSpace(text, this.at + 2)
    const destination = destinationAt(text, from)
    if (!destination) return null
    const after = skipSpace(text, destination.end)
    const title = after > destination.end ? titleAt(text, after) : null
    const end = title ? skipSpace(text, title.end) : after
    if (text[end] !== ')') return null
    return { target: { address: destination.value, title: title?.value ?? '' }, end: end + 1 }
  }

  /** `[label]`, `[]` or nothing after the bracket. */
  private referenceTarget(inner: string, opener: Bracket): { target: Definition; end: number } | null {
    const own = labelAt(this.text, this.at + 1)
    const isFull = own !== null && own.value !== ''
    if (!isFull && opener.holdsBracket) return null
    const label = normalized(isFull ? own.value : inner)
    if (label === '' || label.length > 999) return null
    const target = this.references.definition(label)
    return target ? { target, end: own ? own.end : this.at + 1 } : null
  }

  /** An address that is still being written, or may be. */
  private unfinishedTarget(opener: Bracket): { target: null; end: number } | null {
    if (!this.unfinished) return null
    const rest = this.text.slice(this.at + 1)
    const isOpen = rest.startsWith('(') ? halfAddress.test(rest) : rest === '' || /^\[[^\]]*$/.test(rest)
    const isWord = !opener.isImage && /\w/.test(this.text[opener.at - 2] ?? '')
    if (!isOpen || rest.length > nearEnd || (isWord && !rest.startsWith('('))) return null
    return { target: null, end: this.text.length }
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
    // A link holds no other link.
    for (let each = this.bracket; each; each = each.previous) if (!each.isImage) each.active = false
  }

  private dropOpenBracket(): void {
    const { bracket, text } = this
    if (!bracket?.active || text.length - bracket.at > nearEnd || text.slice(bracket.at).includes('\n')) return
    const mark = bracket.isImage ? 2 : 1
    if (/\w/.test(text[bracket.at - mark - 1] ?? '') && !bracket.isImage) return
    bracket.piece.text = ''
  }

  private pointed(): void {
    const address = matchAt(pointedAddress, this.text, this.at)
    const mail = address ? null : matchAt(pointedMail, this.text, this.at)
    const found = address ?? mail
    if (found) {
      const text = found.slice(1, -1)
      this.take(found.length, linkOf({ text, address: mail ? `mailto:${text}` : text }))
      return
    }
    const html = matchAt(inlineHtml, this.text, this.at)
    if (html) {
      this.take(html.length, { type: 'html', text: html })
      return
    }
    const half = this.unfinished ? matchAt(halfPointed, this.text, this.at) : null
    if (half) {
      this.take(half.length, null, half.slice(1))
      return
    }
    this.take(1, null, '<')
  }

  private entity(): void {
    const found = matchAt(characterReference, this.text, this.at)
    if (found) this.take(found.length, null, decoded(found))
    else this.take(1, null, '&')
  }

  private formula(mark: string): void {
    const found = formulaAt(this.text, this.at)
    if (found) {
      const { tex, display, end } = found
      this.take(end - this.at, { type: 'math', tex, display, unfinished: false })
      return
    }
    const rest = this.text.slice(this.at + mark.length)
    if (this.unfinished && rest.length < nearEnd && mayBeFormula(rest.replace(/^\$/, ''))) {
      const tex = rest.replace(/^\$/, '')
      this.take(mark.length + rest.length, { type: 'math', tex, display: false, unfinished: true })
      return
    }
    this.take(mark.length, null, mark.startsWith('\\') ? mark.slice(1) : mark)
  }

  private bareAddress(): void {
    const link = this.bracket ? null : autolinkAt(this.text, this.at)
    if (link) this.take(link.text.length, linkOf(link))
    else this.take(1, null, this.text[this.at])
  }
}

function codeText(text: string): string {
  const line = text.replaceAll('\n', ' ')
  return /^ .*[^ ].* $|^ [^ ] $/.test(line) ? line.slice(1, -1) : line
}
