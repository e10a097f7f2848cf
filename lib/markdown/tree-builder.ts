import { CHUNK_SIZES, ChunkedList } from './chunked-list'
import type {
  Block,
  Code,
  Container,
  Details,
  Html,
  Item,
  Leaf,
  List,
  MathBlock,
  NewBlock,
  Paragraph,
  Root,
  StablePrefix,
  Summary,
  Table,
} from './tree'

let lastVersion = 0

/** A version that nothing has had before. */
export function nextVersion(): number {
  return ++lastVersion
}

/**
 * A block tree that grows at its tip. Changes can be made provisionally, and rolled back in reverse order. Every
 * change gives what it touches, and all its ancestors, a new version.
 */
export abstract class TreeBuilder {
  readonly root: Root
  /** The innermost open block. */
  protected tip: Container | Leaf
  protected lineNumber = 0
  /** Undoes the provisional changes; null while changes are final. */
  private undoLog: (() => void)[] | null = null

  constructor() {
    const children = new ChunkedList<Block>(CHUNK_SIZES.blocks)
    this.root = { type: 'root', parent: null, index: 0, version: 0, open: true, firstLine: 0, lastLine: 0, children }
    this.tip = this.root
  }

  protected abstract onClose(block: Block): void

  /** Changes from now on can be rolled back. */
  protected beginProvisional(): void {
    const { tip, lineNumber } = this
    this.undoLog = [
      () => {
        this.tip = tip
        this.lineNumber = lineNumber
      },
    ]
  }

  protected rollBack(): void {
    const { undoLog } = this
    if (!undoLog) return
    this.undoLog = null
    this.touch(this.tip)
    for (const undo of undoLog.reverse()) undo()
    this.touch(this.tip)
  }

  protected get isProvisional(): boolean {
    return this.undoLog !== null
  }

  protected onRollback(undo: () => void): void {
    this.undoLog?.push(undo)
  }

  protected appendBlock(start: NewBlock, firstLine = this.lineNumber): Block {
    const parent = this.tip
    if (!isContainer(parent)) throw new Error('A leaf holds no blocks')
    const before = parent.children.entries.at(-1)
    const list = parent.type === 'list' ? parent : parent.type === 'item' ? parent.parent : null
    if (before && list?.type === 'list' && before.lastLine < firstLine - 1) this.makeLoose(list)
    const block: Block = {
      ...start,
      parent,
      index: parent.children.length,
      version: 0,
      open: true,
      firstLine,
      lastLine: this.lineNumber,
    }
    parent.children.push(block, nextVersion())
    this.tip = block
    this.touch(block)
    this.onRollback(() => parent.children.pop(nextVersion()))
    return block
  }

  protected makeLoose(list: List): void {
    if (list.loose) return
    list.loose = true
    this.onRollback(() => {
      list.loose = false
    })
  }

  protected addLine(block: Code | Html, text: string): void {
    block.lines.push(text, nextVersion())
    this.onRollback(() => block.lines.pop(nextVersion()))
    this.touch(block)
  }

  protected addTextLine(block: Paragraph, text: string): void {
    const { lines, stable } = block
    const added = lines.length === 0 ? text : `\n${text}`
    lines.push(text)
    this.setStable(block, stable && { ...stable, tail: stable.tail + added })
    this.onRollback(() => {
      const length = (lines.pop() ?? '').length + added.length - text.length
      this.setStable(block, withShorterTail(block.stable, length) ?? stable)
    })
    this.setLastLine(block)
    this.touch(block)
  }

  /** Appends to the last line; not undone on its own, since that line is provisional as a whole. */
  protected extendLastLine(paragraph: Paragraph, text: string): void {
    const { lines, stable } = paragraph
    lines.push((lines.pop() ?? '') + text)
    this.setStable(paragraph, stable && { ...stable, tail: stable.tail + text })
    this.touch(paragraph)
  }

  private setStable(paragraph: Paragraph, stable: StablePrefix | null): void {
    paragraph.stable = stable
    paragraph.parsed = null
  }

  protected setLines(paragraph: Paragraph, lines: string[]): void {
    const before = paragraph.lines
    paragraph.lines = lines
    this.setStable(paragraph, null)
    this.onRollback(() => {
      paragraph.lines = before
      this.setStable(paragraph, null)
    })
    this.touch(paragraph)
  }

  protected setLastLine(block: Block): void {
    const { lastLine } = block
    block.lastLine = this.lineNumber
    this.onRollback(() => {
      block.lastLine = lastLine
    })
  }

  protected setChecked(item: Item, done: boolean): void {
    item.checked = done
    this.onRollback(() => {
      item.checked = null
    })
  }

  protected setClosed(block: Summary | Details | MathBlock): void {
    block.closed = true
    this.onRollback(() => {
      block.closed = false
    })
  }

  /** Removes the trailing blank lines of indented code. */
  protected dropBlankLines({ lines }: Code): void {
    for (let last = lines.entries.at(-1); last?.trim() === ''; last = lines.entries.at(-1)) {
      const dropped = last
      lines.pop(nextVersion())
      this.onRollback(() => lines.push(dropped, nextVersion()))
    }
  }

  protected remove(leaf: Leaf): void {
    const { parent } = leaf
    if (!parent) return
    parent.children.pop(nextVersion())
    this.tip = parent
    this.onRollback(() => parent.children.push(leaf, nextVersion()))
    this.touch(parent)
  }

  protected closeUntil(container: Container | Leaf): void {
    while (this.tip !== container && this.tip !== this.root) this.close(this.tip)
  }

  protected closeWhile(shouldClose: (tip: Container | Leaf) => boolean): void {
    while (this.tip !== this.root && shouldClose(this.tip)) this.close(this.tip)
  }

  protected close(block: Container | Leaf): void {
    if (block.type === 'root') return
    const { lastLine } = block
    block.open = false
    this.onRollback(() => {
      block.open = true
      block.lastLine = lastLine
    })
    if (block.type === 'quote') block.lastLine = this.lineNumber - 1
    else if (isContainer(block)) block.lastLine = block.children.entries.at(-1)?.lastLine ?? block.firstLine
    this.touch(block)
    this.tip = block.parent ?? this.root
    this.onClose(block)
  }

  protected depthOf(container: Container | Leaf): number {
    let depth = 0
    for (let block: Container | Leaf | null = container; block; block = block.parent) depth++
    return depth
  }

  /** Gives a block and its ancestors a new version. In a table, only the last row is rendered again. */
  protected touch(block: Container | Leaf): void {
    const version = nextVersion()
    if (block.type === 'table') touchRow(block, block.rows.length - 1, version)
    for (let each: Container | Leaf | null = block; each; each = each.parent) {
      each.version = version
      each.parent?.children.touch(each.index, version)
    }
  }
}

/** The stable prefix of a text that lost its last characters; null when they were part of the prefix. */
function withShorterTail(stable: StablePrefix | null, length: number): StablePrefix | null {
  if (!stable || stable.tail.length < length) return null
  return { ...stable, tail: stable.tail.slice(0, stable.tail.length - length) }
}

/** Gives all rows of a table a new version, after something they refer to changed. */
export function touchRows(table: Table): void {
  const version = nextVersion()
  for (let index = 0; index < table.rows.length; index++) touchRow(table, index, version)
}

function touchRow({ rows }: Table, index: number, version: number): void {
  const row = rows.entries[index]
  if (!row) return
  row.version = version
  rows.touch(index, version)
}

export function isContainer(block: Container | Leaf): block is Container {
  return 'children' in block
}
