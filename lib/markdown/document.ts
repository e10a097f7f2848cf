import { isAmbiguousLine } from './ambiguity'
import { BlockParser } from './blocks/block-parser'
import { normalizeLabel } from './inlines/characters'
import { footnoteReferencesOf, footnoteReferencesOfRow } from './parsed-text'
import { referencedLabels } from './referenced-labels'
import type { Container, FootnoteReference, Leaf, LinkDefinitions, Paragraph } from './tree'
import { isContainer } from './tree-builder'

/** A line of a paragraph that begins so is text, however it goes on: with a letter, or an image, which may be very long. */
const textStart = /^(?:\p{L}|!\[)/u

/**
 * A text in markdown that grows. Whole lines are read once and for good, in the way the CommonMark specification
 * describes; the line that is still being written is read on trial, and what it did is taken back before more of it is
 * read. So an addition costs what it adds, and the tree is always the one that the text read at once would have.
 */
export class MarkdownDocument extends BlockParser {
  /** How many characters it holds. */
  length = 0
  finished = false
  private partialLine = ''
  /** The labels that a finished text refers to; null while they are not known. */
  private labels: Set<string> | null = null
  /** The paragraph that the line being written belongs to, when more of that line can only be more of its text. */
  private extendableParagraph: Paragraph | null = null
  /** How to take back the numbers of footnotes whose first marks stand in what is being written. */
  private undoNumbering: (() => void) | null = null

  /** The innermost block that text would be added to; null when no more will come. */
  get growing(): Container | Leaf | null {
    return this.finished ? null : this.tip
  }

  /** Adds text at the end. */
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

  /** Adds to the line that is being written without reading it again, where that makes no difference. */
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
    // What was left of the text before holds no end of a line but half of one.
    ends.lastIndex = Math.max(0, this.partialLine.length - 1)
    for (let found = ends.exec(whole); found; found = ends.exec(whole)) {
      // The other half of this end of a line may be on its way.
      if (found[0] === '\r' && ends.lastIndex === whole.length) break
      this.parseLine(whole.slice(from, found.index))
      from = ends.lastIndex
    }
    this.partialLine = whole.slice(from)
    this.parsePartialLine()
  }

  /** Says that no more will come. It is taken back like a line on trial if more comes after all. */
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
    for (const links of this.definitionBlocks) this.touch(links)
  }

  /** Of definitions that stand together, those that nobody refers to. While the text grows, it may yet refer to any of them. */
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

  /** Reads the line that is being written, as far as it can be known what it is. */
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
