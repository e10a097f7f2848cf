import { BlockReader } from './blocks/block-reader'
import { isContainer } from './growing-tree'
import { normalized } from './inlines/characters'
import { marksOf, marksOfRow } from './read'
import { referredIn } from './referred'
import type { Container, Leaf, Links, Mark, Paragraph } from './tree'
import { isUndecided } from './undecided'

/** A line of a paragraph that begins so is text, however it goes on: with a letter, or an image, which may be very long. */
const textStart = /^(?:\p{L}|!\[)/u

/**
 * A text in markdown that grows. Whole lines are read once and for good, in the way the CommonMark specification
 * describes; the line that is still being written is read on trial, and what it did is taken back before more of it is
 * read. So an addition costs what it adds, and the tree is always the one that the text read at once would have.
 */
export class MarkdownDocument extends BlockReader {
  /** How many characters it holds. */
  length = 0
  finished = false
  private rest = ''
  /** The labels that a finished text refers to; null while they are not known. */
  private referred: Set<string> | null = null
  /** The paragraph that the line being written belongs to, when more of that line can only be more of its text. */
  private prose: Paragraph | null = null
  /** How to take back the numbers of footnotes whose first marks stand in what is being written. */
  private unnumber: (() => void) | null = null

  /** The innermost block that text would be added to; null when no more will come. */
  get growing(): Container | Leaf | null {
    return this.finished ? null : this.tip
  }

  /** Adds text at the end. */
  append(text: string): void {
    if (text === '') return
    this.unnumber?.()
    if (this.finished) this.takeBack()
    this.finished = false
    this.referred = null
    this.length += text.length
    if (!this.goOn(text)) this.readOn(text)
    this.unnumber = this.references.number(this.growingMarks())
  }

  /** Adds to the line that is being written without reading it again, where that makes no difference. */
  private goOn(text: string): boolean {
    if (!this.prose || /[\r\n\0]/.test(text)) return false
    this.rest += text
    this.extendLine(this.prose, text)
    return true
  }

  private readOn(text: string): void {
    this.takeBack()
    this.prose = null
    const whole = this.rest + text
    const ends = /\r\n?|\n/g
    let from = 0
    // What was left of the text before holds no end of a line but half of one.
    ends.lastIndex = Math.max(0, this.rest.length - 1)
    for (let found = ends.exec(whole); found; found = ends.exec(whole)) {
      // The other half of this end of a line may be on its way.
      if (found[0] === '\r' && ends.lastIndex === whole.length) break
      this.read(whole.slice(from, found.index))
      from = ends.lastIndex
    }
    this.rest = whole.slice(from)
    this.tryRest()
  }

  /** Says that no more will come. It is taken back like a line on trial if more comes after all. */
  finish(): void {
    if (this.finished) return
    this.unnumber?.()
    this.unnumber = null
    this.takeBack()
    this.prose = null
    this.beginTrial()
    if (this.rest !== '') this.read(this.rest.replace(/\r$/, ''))
    this.lineNumber++
    this.touch(this.tip)
    while (this.tip !== this.root) this.close(this.tip)
    this.finished = true
    const { leaves, undo } = this.references.finish()
    this.undoBy(undo)
    for (const leaf of leaves) this.number(leaf)
    for (const links of this.links) this.touch(links)
  }

  /** Of definitions that stand together, those that nobody refers to. While the text grows, it may yet refer to any of them. */
  unreferred({ definitions }: Links): Links['definitions'] {
    if (!this.finished) return []
    const { references } = this
    this.referred ??= referredIn(this.root, references)
    const { referred } = this
    return definitions.filter((each) => {
      const label = normalized(each.label)
      return references.definition(label) !== each || !referred.has(label)
    })
  }

  private growingMarks(): Mark[] {
    const { tip, references } = this
    if (tip.type !== 'table') return isContainer(tip) ? [] : marksOf(tip, references, true)
    const last = tip.rows.entries.at(-1)
    return last ? marksOfRow(tip, last, references, true) : []
  }

  /** Reads the line that is being written, as far as it can be known what it is. */
  private tryRest(): void {
    const line = this.rest.replace(/\r$/, '')
    if (line === '' || isUndecided(line, this.tip)) return
    this.beginTrial()
    this.growsOn = true
    this.read(line)
    this.growsOn = false
    const { tip } = this
    if (tip.type === 'paragraph' && line === this.rest && textStart.test(tip.lines.at(-1) ?? '')) this.prose = tip
  }
}
