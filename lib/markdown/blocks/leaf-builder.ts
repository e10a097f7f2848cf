import { endsMath, paragraphsIn } from '../math/math-block'
import { footnoteReferencesOf, footnoteReferencesOfRow } from '../parsed-text'
import type { Block, Code, Container, Leaf, MathBlock, Paragraph, Summary, Table } from '../tree'
import { isContainer, nextVersion } from '../tree-builder'
import { innerFencesAfter } from './continue'
import { DefinitionParser } from './definition-parser'
import { consumeSummary } from './details'
import type { Line } from './line'
import { cellsOf, fitted } from './table'

const taskMarker = /^\[([ xX])\][ \t]+(?=\S)/

/** Adds the text of lines to leaf blocks. */
export abstract class LeafBuilder extends DefinitionParser {
  /** The line that is parsed is not complete yet. */
  protected isLinePartial = false

  /** Adds what follows the markers of blocks in a line. */
  protected addText(container: Container | Leaf, line: Line): void {
    switch (container.type) {
      case 'code':
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
        // The delimiter row adds no row, and was skipped to its end.
        if (line.offset < line.text.length) this.addRow(container, line)
        return
      case 'paragraph':
        if (!line.isBlank) this.addToParagraph(container, line.content)
        return
      case 'summary':
        this.addSummary(container, line)
        return
      case 'heading':
      case 'thematic-break':
        this.touch(container)
        return
      default:
        if (!line.isBlank) this.addParagraph(line)
    }
  }

  private addParagraph(line: Line): void {
    this.closeWhile((tip) => !isContainer(tip) || tip.type === 'list')
    const task = this.tip.type === 'item' && this.tip.children.length === 0 ? taskMarker.exec(line.content) : null
    const paragraph = this.appendBlock({
      type: 'paragraph',
      lines: [],
      noDefinition: false,
      stable: null,
      parsed: null,
    })
    if (task && paragraph.parent?.type === 'item') this.setChecked(paragraph.parent, task[1] !== ' ')
    if (paragraph.type === 'paragraph') this.addTextLine(paragraph, line.content.slice(task?.[0].length ?? 0))
  }

  protected addToParagraph(paragraph: Paragraph, text: string): void {
    // Definitions end where another one starts.
    if (text.startsWith('[')) this.extractDefinitions(paragraph)
    this.addTextLine(paragraph, text)
  }

  /** Adds to a summary; what follows its end tag starts a paragraph. */
  private addSummary(summary: Summary, line: Line): void {
    const { lines } = summary
    // The first line was consumed when the summary started.
    if (summary.firstLine !== line.number) {
      const { text, closed } = consumeSummary(line)
      summary.lines = text === '' ? lines : [...lines, text]
      summary.parsed = null
      this.onRollback(() => {
        summary.lines = lines
        summary.parsed = null
      })
      this.setLastLine(summary)
      this.touch(summary)
      if (closed) this.setClosed(summary)
    }
    if (summary.closed && !line.isBlank) this.addParagraph(line)
  }

  private addCode(code: Code, line: Line): void {
    // The line of the opening fence holds no code.
    if (code.fence && code.firstLine === line.number) return
    this.addLine(code, line.remaining())
    const { openInnerFences } = code
    code.openInnerFences = innerFencesAfter(code, line.text)
    if (code.openInnerFences !== openInnerFences)
      this.onRollback(() => {
        code.openInnerFences = openInnerFences
      })
    if (code.fence || !line.isBlank) this.setLastLine(code)
  }

  private addMath(block: MathBlock, line: Line): void {
    const isFirst = block.lines.length === 0
    block.lines.push(line.content)
    this.onRollback(() => block.lines.pop())
    this.setLastLine(block)
    this.touch(block)
    const { start, end } = block.fence
    if (!endsMath(isFirst ? line.content.slice(start.length) : line.content, end)) return
    this.setClosed(block)
    this.close(block)
  }

  private addRow(table: Table, line: Line): void {
    const width = table.align.length
    const cells = fitted(cellsOf(line.content, width, this.isLinePartial), width)
    const row = { cells, parsed: null, version: nextVersion() }
    table.rows.push(row, nextVersion())
    const { columnCount } = table
    table.columnCount = Math.max(columnCount, cells.length)
    this.onRollback(() => {
      table.rows.pop(nextVersion())
      table.columnCount = columnCount
    })
    this.setLastLine(table)
    this.touch(table)
    if (!this.isProvisional) {
      this.references.assignNumbers(footnoteReferencesOfRow(table, row, this.references, false))
    }
  }

  protected override onClose(block: Block): void {
    if (block.type === 'code' && !block.fence) this.dropBlankLines(block)
    if (block.type === 'paragraph') {
      this.extractDefinitions(block)
      if (!this.isProvisional) block.stable = null
      if (block.lines.length === 0) {
        this.remove(block)
        return
      }
    }
    if (block.type === 'math' && !block.closed) this.replaceByParagraphs(block)
    if (block.type === 'paragraph' || block.type === 'heading' || block.type === 'summary') this.numberFootnotes(block)
  }

  /** Numbers the footnotes whose first references are in a block. */
  protected numberFootnotes(leaf: Leaf): void {
    this.onRollback(this.references.assignNumbers(footnoteReferencesOf(leaf, this.references, false)))
  }

  /** A formula that was never closed is text. */
  private replaceByParagraphs(math: MathBlock): void {
    this.remove(math)
    for (const { from, lines } of paragraphsIn(math.lines)) {
      const text = { type: 'paragraph' as const, lines, noDefinition: false, stable: null, parsed: null }
      const paragraph = this.appendBlock(text, math.firstLine + from)
      paragraph.lastLine = paragraph.firstLine + lines.length - 1
      this.close(paragraph)
    }
  }
}
