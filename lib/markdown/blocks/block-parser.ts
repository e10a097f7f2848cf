import { CHUNK_SIZES, ChunkedList } from '../chunked-list'
import type { Block, Container, Details, Leaf, NewBlock, Paragraph, Row } from '../tree'
import { isContainer } from '../tree-builder'
import { continueBlock } from './continue'
import { beforeDetailsEnd, openDetails } from './details'
import { LeafBuilder } from './leaf-builder'
import { Line } from './line'
import { type BlockStart, blockStartAt, isSetextUnderline, setextUnderline } from './starts'
import { alignments, cellsOf } from './table'

/** Blocks nested deeper than this are text: rendering recurses as deep as the tree. */
const MAX_DEPTH = 100

/** Parses a text line by line into its block tree, as CommonMark's appendix describes. */
export abstract class BlockParser extends LeafBuilder {
  protected parseLine(text: string): void {
    this.lineNumber++
    const before = beforeDetailsEnd(text, this.tip)
    if (before === null) {
      this.parseLinePart(text)
      return
    }
    if (before.trim() !== '') this.parseLinePart(before)
    const details = openDetails(this.tip)
    if (details) this.endDetails(details)
  }

  private endDetails(details: Details): void {
    this.closeUntil(details)
    this.setClosed(details)
    this.close(details)
    this.setLastLine(details)
  }

  private parseLinePart(text: string): void {
    const line = new Line(text.replaceAll('\0', '\ufffd'), this.lineNumber)
    const matched = this.matchOpenBlocks(line)
    if (!matched) return
    let container = matched
    let isText = container.type !== 'paragraph' && container.type !== 'table' && acceptsLines(container)
    let closesOthers = container === this.tip
    while (!isText) {
      const started = this.startBlock(line, container)
      if (!started) break
      closesOthers = true
      container = started
      isText = acceptsLines(started) || started.type === 'thematic-break' || started.type === 'table'
    }
    if (!closesOthers && !line.isBlank && this.tip.type === 'paragraph') {
      // A lazy continuation line.
      this.addToParagraph(this.tip, line.content)
      return
    }
    this.closeUntil(container)
    this.addText(container, line)
  }

  /** The innermost open block that continues in this line; null when the line ended one and is used up. */
  private matchOpenBlocks(line: Line): Container | Leaf | null {
    let block: Container | Leaf = this.root
    while (isContainer(block)) {
      const last: Block | undefined = block.children.entries.at(-1)
      if (!last?.open) break
      const result = continueBlock(last, line)
      if (result === 'no') break
      block = last
      if (result === 'closed') {
        this.setLastLine(block)
        this.close(block)
        return null
      }
    }
    return block
  }

  /** Starts the block whose marker is next in the line, if there is one. */
  private startBlock(line: Line, container: Container | Leaf): Block | null {
    if (container.type === 'paragraph' && !line.isIndented) {
      const heading = setextUnderline.test(line.content) ? this.startSetextHeading(line, container) : null
      if (heading) return heading
    }
    const inParagraph = this.tip.type === 'paragraph'
    const start = this.depthOf(container) < MAX_DEPTH ? blockStartAt(line, container, inParagraph) : null
    if (start) {
      this.closeUntil(container)
      return this.addBlock(start)
    }
    return container.type === 'paragraph' && !line.isIndented ? this.startTable(line, container) : null
  }

  /** Adds a block to the innermost open block that can hold it. */
  private addBlock(start: BlockStart): Block {
    if (start.type !== 'item') {
      this.closeWhile((tip) => !isContainer(tip) || tip.type === 'list')
      const block = this.appendBlock(start)
      if (block.type === 'footnote') this.defineFootnote(block)
      return block
    }
    const { list, ...item } = start
    this.closeWhile((tip) => !isContainer(tip))
    if (this.tip.type !== 'list' || this.tip.ordered !== list.ordered || this.tip.marker !== list.marker) {
      this.closeWhile((tip) => !isContainer(tip) || tip.type === 'list')
      this.appendBlock(list)
    }
    return this.appendBlock(item)
  }

  /** Turns the paragraph above a setext underline into a heading. */
  private startSetextHeading(line: Line, paragraph: Paragraph): Block | null {
    this.extractDefinitions(paragraph)
    if (paragraph.lines.length === 0 || !isSetextUnderline(line.content, paragraph.lines)) return null
    this.closeUntil(paragraph)
    const lines = [paragraph.lines.join('\n').trim()]
    const heading = this.replaceBy(paragraph, {
      type: 'heading',
      level: line.content.startsWith('=') ? 1 : 2,
      lines,
      parsed: null,
    })
    line.skipToEnd()
    return heading
  }

  /** Turns the last line of a paragraph above a delimiter row into the head of a table. */
  private startTable(line: Line, paragraph: Paragraph): Block | null {
    const head = paragraph.lines.at(-1)
    const align = head === undefined ? null : alignments(line.content)
    if (!align || head === undefined) return null
    const cells = cellsOf(head, align.length)
    if (cells.length !== align.length) return null
    this.closeUntil(paragraph)
    const table = {
      type: 'table' as const,
      align,
      head: { cells, parsed: null, version: 0 },
      rows: new ChunkedList<Row>(CHUNK_SIZES.rows),
      columnCount: align.length,
    }
    line.skipToEnd()
    if (paragraph.lines.length > 1) {
      this.setLines(paragraph, paragraph.lines.slice(0, -1))
      this.close(paragraph)
    } else this.remove(paragraph)
    const block = this.appendBlock(table, paragraph.lines.length > 1 ? this.lineNumber : paragraph.firstLine)
    if (!isContainer(block)) this.numberFootnotes(block)
    return block
  }

  private replaceBy(leaf: Leaf, start: NewBlock): Block {
    this.remove(leaf)
    return this.appendBlock(start, leaf.firstLine)
  }
}

function acceptsLines(block: Container | Leaf): boolean {
  const { type } = block
  if (block.type === 'summary') return !block.closed
  return type === 'paragraph' || type === 'code' || type === 'html' || type === 'math' || type === 'heading'
}
