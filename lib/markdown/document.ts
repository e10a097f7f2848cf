import { isAmbiguousLine } from './ambiguity'
import { BlockParser } from './blocks/block-parser'
import { normalizeLabel } from './inlines/characters'
import { footnoteReferencesOf, footnoteReferencesOfRow } from './parsed-text'
import { referencedLabels } from './referenced-labels'
import type { Container, FootnoteReference, Leaf, LinkDefinitions, Paragraph } from './tree'
import { isContainer } from './tree-builder'

/**
 * A paragraph line that starts like this is text whatever follows: with a letter, or with an image, which may be very
 * long.
 */
const textStart = /^(?:\p{L}|!\[)/u

/**
 * A markdown document that grows. Complete lines are parsed once, as the CommonMark specification describes. The line
 * that is still being written is parsed provisionally and rolled back before more of it is parsed. So the cost of an
 * addition doesn't depend on the length so far, and the tree always equals that of the text parsed at once.
 */
export class MarkdownDocument extends BlockParser {
  /** In UTF-16 code units. */
  length = 0
  finished = false
  private partialLine = ''
  /** The labels that a finished text refers to; null until they are needed. */
  private labels: Set<string> | null = null
  /** The paragraph of the partial line, if whatever is appended to that line can only be more of its text. */
  private extendableParagraph: Paragraph | null = null
  /** Undoes the numbering of footnotes that are first referenced in the block at the tip. */
  private undoNumbering: (() => void) | null = null

  /** The innermost block that text would be added to; null when the text is finished. */
  get growing(): Container | Leaf | null {
    return this.finished ? null : this.tip
  }

  /** Appends text; the cost doesn't depend on what is there already. */
  append(text: string): void {
    if (text === '') return
    this.undoNumbering?.()
    if (this.finished) this.rollBack()
    this.finished = false
    this.labels = null
    this.length += text.length
    if (!this.extendParagraph(text)) this.parseLines(text)
    this.undoNumbering = this.references.assignNumbers(this.footnoteReferencesAtTip())
  }

  /** Appends to the partial line without parsing it again, where that makes no difference. */
  private extendParagraph(text: string): boolean {
    if (!this.extendableParagraph || /[\r\n\0]/.test(text)) return false
    this.partialLine += text
    this.extendLastLine(this.extendableParagraph, text)
    return true
  }

  private parseLines(text: string): void {
    this.rollBack()
    this.extendableParagraph = null
    const whole = this.partialLine + text
    const ends = /\r\n?|\n/g
    let from = 0
    // The partial line holds no line ending but perhaps a trailing `\r`.
    ends.lastIndex = Math.max(0, this.partialLine.length - 1)
    for (let found = ends.exec(whole); found; found = ends.exec(whole)) {
      // A `\n` may follow.
      if (found[0] === '\r' && ends.lastIndex === whole.length) break
      this.parseLine(whole.slice(from, found.index))
      from = ends.lastIndex
    }
    this.partialLine = whole.slice(from)
    this.parsePartialLine()
  }

  /** Ends the text. It is rolled back like a partial line if more is appended after all. */
  finish(): void {
    if (this.finished) return
    this.undoNumbering?.()
    this.undoNumbering = null
    this.rollBack()
    this.extendableParagraph = null
    this.beginProvisional()
    if (this.partialLine !== '') this.parseLine(this.partialLine.replace(/\r$/, ''))
    this.lineNumber++
    this.touch(this.tip)
    while (this.tip !== this.root) this.close(this.tip)
    this.finished = true
    const { leaves, undo } = this.references.finish()
    this.onRollback(undo)
    for (const leaf of leaves) this.numberFootnotes(leaf)
    for (const block of this.definitionBlocks) this.touch(block)
  }

  /** The definitions that nothing refers to; none while the text grows, since references may still come. */
  unreferencedDefinitions({ definitions }: LinkDefinitions): LinkDefinitions['definitions'] {
    if (!this.finished) return []
    const { references } = this
    this.labels ??= referencedLabels(this.root, references)
    const { labels } = this
    return definitions.filter((each) => {
      const label = normalizeLabel(each.label)
      return references.definition(label) !== each || !labels.has(label)
    })
  }

  private footnoteReferencesAtTip(): FootnoteReference[] {
    const { tip, references } = this
    if (tip.type !== 'table') return isContainer(tip) ? [] : footnoteReferencesOf(tip, references, true)
    const last = tip.rows.entries.at(-1)
    return last ? footnoteReferencesOfRow(tip, last, references, true) : []
  }

  /** Parses the partial line provisionally, unless it is ambiguous. */
  private parsePartialLine(): void {
    const line = this.partialLine.replace(/\r$/, '')
    if (line === '' || isAmbiguousLine(line, this.tip)) return
    this.beginProvisional()
    this.isLinePartial = true
    this.parseLine(line)
    this.isLinePartial = false
    const { tip } = this
    if (tip.type === 'paragraph' && line === this.partialLine && textStart.test(tip.lines.at(-1) ?? ''))
      this.extendableParagraph = tip
  }
}
