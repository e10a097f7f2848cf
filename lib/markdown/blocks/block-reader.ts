import { chunkSizes, Growing } from '../growing'
import { isContainer, newStamp, type Unplaced } from '../growing-tree'
import { endsMath, paragraphsIn } from '../math/math-spans'
import { marksOf, marksOfRow } from '../read'
import type { Block, Code, Container, Details, Leaf, MathBlock, Paragraph, Row, Summary, Table } from '../tree'
import { continues, innerFencesAfter } from './continue'
import { DefinitionReader } from './definition-reader'
import { beforeDetailsEnd, openDetails, takeSummary } from './details'
import { Line } from './line'
import { isUnderline, type Start, setextUnderline, startOf } from './starts'
import { alignments, cellsOf, fitted } from './table'

/** Blocks deeper than this are text: what shows them has to go as deep. */
const deepest = 100
const taskMark = /^\[([ xX])\][ \t]+(?=\S)/

/** Reads a text line by line into its tree, in the way the CommonMark specification describes. */
export abstract class BlockReader extends DefinitionReader {
  /** More of the line that is being read is to come. */
  protected growsOn = false

  protected read(text: string): void {
    this.lineNumber++
    const before = beforeDetailsEnd(text, this.tip)
    if (before === null) {
      this.readLine(text)
      return
    }
    if (before.trim() !== '') this.readLine(before)
    const details = openDetails(this.tip)
    if (details) this.endDetails(details)
  }

  private endDetails(details: Details): void {
    this.closeTo(details)
    this.setClosed(details)
    this.close(details)
    this.setLastLine(details)
  }

  private readLine(text: string): void {
    const line = new Line(text.replaceAll('\0', '\ufffd'), this.lineNumber)
    const matched = this.matched(line)
    if (!matched) return
    let container = matched
    let isText = container.type !== 'paragraph' && container.type !== 'table' && takesLines(container)
    let closed = container === this.tip
    while (!isText) {
      const begun = this.begin(line, container)
      if (!begun) break
      closed = true
      container = begun
      isText = takesLines(begun) || begun.type === 'rule' || begun.type === 'table'
    }
    if (!closed && !line.isBlank && this.tip.type === 'paragraph') {
      // A paragraph goes on although the marks of the blocks around it are missing.
      this.addToParagraph(this.tip, line.rest)
      return
    }
    this.closeTo(container)
    this.addText(container, line)
  }

  /** The innermost open block that goes on in this line; null when the line has ended one and is used up. */
  private matched(line: Line): Container | Leaf | null {
    let block: Container | Leaf = this.root
    while (isContainer(block)) {
      const last: Block | undefined = block.children.entries.at(-1)
      if (!last?.open) break
      const verdict = continues(last, line)
      if (verdict === 'no') break
      block = last
      if (verdict === 'closed') {
        this.setLastLine(block)
        this.close(block)
        return null
      }
    }
    return block
  }

  /** Begins the block that begins at this place of the line, if one does. */
  private begin(line: Line, container: Container | Leaf): Block | null {
    if (container.type === 'paragraph' && !line.isIndented) {
      const underlined = setextUnderline.test(line.rest) ? this.underline(line, container) : null
      if (underlined) return underlined
    }
    const inParagraph = this.tip.type === 'paragraph'
    const start = this.depthOf(container) < deepest ? startOf(line, container, inParagraph) : null
    if (start) {
      this.closeTo(container)
      return this.add(start)
    }
    return container.type === 'paragraph' && !line.isIndented ? this.tableOf(line, container) : null
  }

  /** Gives a new block its place: in the innermost open block that can hold it. */
  private add(start: Start): Block {
    if (start.type !== 'item') {
      this.closeWhile((tip) => !isContainer(tip) || tip.type === 'list')
      const block = this.place(start)
      if (block.type === 'note') this.defineNote(block)
      return block
    }
    const { list, ...item } = start
    this.closeWhile((tip) => !isContainer(tip))
    if (this.tip.type !== 'list' || this.tip.ordered !== list.ordered || this.tip.marker !== list.marker) {
      this.closeWhile((tip) => !isContainer(tip) || tip.type === 'list')
      this.place(list)
    }
    return this.place(item)
  }

  private addText(container: Container | Leaf, line: Line): void {
    switch (container.type) {
      case 'code':
        // The line of the opening fence holds no text.
        if (container.fence && container.firstLine === line.number) return
        this.addCode(container, line)
        return
      case 'html':
        this.addLine(container, line.remaining())
        this.setLastLine(container)
        if (container.end?.test(line.text.slice(line.offset))) this.close(container)
        return
      case 'math':
        this.addMath(container, line)
        return
      case 'table':
        // The line under the head says only how the columns are set.
        if (line.offset < line.text.length) this.addRow(container, line)
        return
      case 'paragraph':
        if (!line.isBlank) this.addToParagraph(container, line.rest)
        return
      case 'summary':
        this.addSummary(container, line)
        return
      case 'heading':
      case 'rule':
        this.touch(container)
        return
      default:
        if (!line.isBlank) this.addParagraph(line)
    }
  }

  private addParagraph(line: Line): void {
    this.closeWhile((tip) => !isContainer(tip) || tip.type === 'list')
    const task = this.tip.type === 'item' && this.tip.children.length === 0 ? taskMark.exec(line.rest) : null
    const paragraph = this.place({ type: 'paragraph', lines: [], noDefinition: false, settled: null, read: null })
    if (task && paragraph.parent?.type === 'item') this.setDone(paragraph.parent, task[1] !== ' ')
    if (paragraph.type === 'paragraph') this.addTextLine(paragraph, line.rest.slice(task?.[0].length ?? 0))
  }

  private addToParagraph(paragraph: Paragraph, text: string): void {
    // The definitions before another one are whole.
    if (text.startsWith('[')) this.takeDefinitions(paragraph)
    this.addTextLine(paragraph, text)
  }

  /** What follows its end, if something does, is a text of its own. */
  private addSummary(summary: Summary, line: Line): void {
    const { lines } = summary
    // The line that it begins in has been read.
    if (summary.firstLine !== line.number) {
      const { text, closed } = takeSummary(line)
      summary.lines = text === '' ? lines : [...lines, text]
      summary.read = null
      this.undoBy(() => {
        summary.lines = lines
        summary.read = null
      })
      this.setLastLine(summary)
      this.touch(summary)
      if (closed) this.setClosed(summary)
    }
    if (summary.closed && !line.isBlank) this.addParagraph(line)
  }

  private addCode(code: Code, line: Line): void {
    this.addLine(code, line.remaining())
    const { inner } = code
    code.inner = innerFencesAfter(code, line.text)
    if (code.inner !== inner)
      this.undoBy(() => {
        code.inner = inner
      })
    if (code.fence || !line.isBlank) this.setLastLine(code)
  }

  private addMath(block: MathBlock, line: Line): void {
    const first = block.lines.length === 0
    block.lines.push(line.rest)
    this.undoBy(() => block.lines.pop())
    this.setLastLine(block)
    this.touch(block)
    const { start, end } = block.fence
    if (!endsMath(first ? line.rest.slice(start.length) : line.rest, end)) return
    this.setClosed(block)
    this.close(block)
  }

  private addRow(table: Table, line: Line): void {
    const width = table.align.length
    const cells = fitted(cellsOf(line.rest, width, this.growsOn), width)
    const row = { cells, read: null, stamp: newStamp() }
    table.rows.push(row, newStamp())
    const { columns } = table
    table.columns = Math.max(columns, cells.length)
    this.undoBy(() => {
      table.rows.pop(newStamp())
      table.columns = columns
    })
    this.setLastLine(table)
    this.touch(table)
    if (!this.onTrial) this.references.number(marksOfRow(table, row, this.references, false))
  }

  /** A paragraph turns out to be a heading: what it was is underlined. */
  private underline(line: Line, paragraph: Paragraph): Block | null {
    this.takeDefinitions(paragraph)
    if (paragraph.lines.length === 0 || !isUnderline(line.rest, paragraph.lines)) return null
    this.closeTo(paragraph)
    const lines = [paragraph.lines.join('\n').trim()]
    const heading = this.instead(paragraph, {
      type: 'heading',
      level: line.rest.startsWith('=') ? 1 : 2,
      lines,
      read: null,
    })
    line.toEnd()
    return heading
  }

  /** The last line of a paragraph turns out to be the head of a table. */
  private tableOf(line: Line, paragraph: Paragraph): Block | null {
    const head = paragraph.lines.at(-1)
    const align = head === undefined ? null : alignments(line.rest)
    if (!align || head === undefined) return null
    const cells = cellsOf(head, align.length)
    if (cells.length !== align.length) return null
    this.closeTo(paragraph)
    const table = {
      type: 'table' as const,
      align,
      head: { cells, read: null, stamp: 0 },
      rows: new Growing<Row>(chunkSizes.rows),
      columns: align.length,
    }
    line.toEnd()
    if (paragraph.lines.length > 1) {
      this.setLines(paragraph, paragraph.lines.slice(0, -1))
      this.close(paragraph)
    } else this.remove(paragraph)
    const placed = this.place(table, paragraph.lines.length > 1 ? this.lineNumber : paragraph.firstLine)
    if (!isContainer(placed)) this.number(placed)
    return placed
  }

  private instead(leaf: Leaf, start: Unplaced): Block {
    this.remove(leaf)
    return this.place(start, leaf.firstLine)
  }

  protected override closed(block: Block): void {
    if (block.type === 'code' && !block.fence) this.dropBlankLines(block)
    if (block.type === 'paragraph') {
      this.takeDefinitions(block)
      if (!this.onTrial) block.settled = null
      if (block.lines.length === 0) {
        this.remove(block)
        return
      }
    }
    if (block.type === 'math' && !block.closed) this.asParagraphs(block)
    if (block.type === 'paragraph' || block.type === 'heading' || block.type === 'summary') this.number(block)
  }

  /** Numbers the footnotes whose first marks stand in a block. */
  protected number(leaf: Leaf): void {
    this.undoBy(this.references.number(marksOf(leaf, this.references, false)))
  }

  /** A formula that was never closed was none: it is the text that it looks like. */
  private asParagraphs(math: MathBlock): void {
    this.remove(math)
    for (const { from, lines } of paragraphsIn(math.lines)) {
      const text = { type: 'paragraph' as const, lines, noDefinition: false, settled: null, read: null }
      const paragraph = this.place(text, math.firstLine + from)
      paragraph.lastLine = paragraph.firstLine + lines.length - 1
      this.close(paragraph)
    }
  }
}

function takesLines(block: Container | Leaf): boolean {
  const { type } = block
  if (block.type === 'summary') return !block.closed
  return type === 'paragraph' || type === 'code' || type === 'html' || type === 'math' || type === 'heading'
}
