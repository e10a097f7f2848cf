import { chunkSizes, Growing } from './growing'
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
  Paragraph,
  Root,
  Settled,
  Summary,
  Table,
} from './tree'

let clock = 0

/** A stamp that nothing has had yet. */
export function newStamp(): number {
  return ++clock
}

/** A block before it has its place. */
export type Unplaced<Type extends Block['type'] = Block['type']> = {
  [Each in Type]: Omit<Extract<Block, { type: Each }>, 'parent' | 'place' | 'stamp' | 'open' | 'firstLine' | 'lastLine'>
}[Type]

/**
 * The tree of a text that grows at its tip. Whatever changes it can be done on trial, and is then taken back in one go,
 * in the opposite order. Every change gives what it touches, and all that this is in, a new stamp.
 */
export abstract class GrowingTree {
  readonly root: Root
  /** The innermost open block. */
  protected tip: Container | Leaf
  protected lineNumber = 0
  /** How to take back what the unfinished line did; null while whole lines are read. */
  private trial: (() => void)[] | null = null

  constructor() {
    const children = new Growing<Block>(chunkSizes.blocks)
    this.root = { type: 'root', parent: null, place: 0, stamp: 0, open: true, firstLine: 0, lastLine: 0, children }
    this.tip = this.root
  }

  /** Called when a block has been closed. */
  protected abstract closed(block: Block): void

  /** What is done from now on can be taken back. */
  protected beginTrial(): void {
    const { tip, lineNumber } = this
    this.trial = [
      () => {
        this.tip = tip
        this.lineNumber = lineNumber
      },
    ]
  }

  protected takeBack(): void {
    const { trial } = this
    if (!trial) return
    this.trial = null
    this.touch(this.tip)
    for (const undo of trial.reverse()) undo()
    this.touch(this.tip)
  }

  protected get onTrial(): boolean {
    return this.trial !== null
  }

  protected undoBy(undo: () => void): void {
    this.trial?.push(undo)
  }

  protected place(start: Unplaced, firstLine = this.lineNumber): Block {
    const parent = this.tip
    if (!isContainer(parent)) throw new Error('A leaf holds no blocks')
    const before = parent.children.entries.at(-1)
    const list = parent.type === 'list' ? parent : parent.type === 'item' ? parent.parent : null
    if (before && list?.type === 'list' && before.lastLine < firstLine - 1) this.loosen(list)
    const block: Block = {
      ...start,
      parent,
      place: parent.children.length,
      stamp: 0,
      open: true,
      firstLine,
      lastLine: this.lineNumber,
    }
    parent.children.push(block, newStamp())
    this.tip = block
    this.touch(block)
    this.undoBy(() => parent.children.pop(newStamp()))
    return block
  }

  protected loosen(list: List): void {
    if (list.loose) return
    list.loose = true
    this.undoBy(() => {
      list.loose = false
    })
  }

  protected addLine(block: Code | Html, text: string): void {
    block.lines.push(text, newStamp())
    this.undoBy(() => block.lines.pop(newStamp()))
    this.touch(block)
  }

  protected addTextLine(block: Paragraph, text: string): void {
    const { lines, settled } = block
    const added = lines.length === 0 ? text : `\n${text}`
    lines.push(text)
    this.setRead(block, settled && { ...settled, rest: settled.rest + added })
    this.undoBy(() => {
      const length = (lines.pop() ?? '').length + added.length - text.length
      this.setRead(block, shortened(block.settled, length) ?? settled)
    })
    this.setLastLine(block)
    this.touch(block)
  }

  /** More of the last line, which is no other line for it. */
  protected extendLine(paragraph: Paragraph, text: string): void {
    const { lines, settled } = paragraph
    lines.push((lines.pop() ?? '') + text)
    this.setRead(paragraph, settled && { ...settled, rest: settled.rest + text })
    this.touch(paragraph)
  }

  private setRead(paragraph: Paragraph, settled: Settled | null): void {
    paragraph.settled = settled
    paragraph.read = null
  }

  protected setLines(paragraph: Paragraph, lines: string[]): void {
    const before = paragraph.lines
    paragraph.lines = lines
    this.setRead(paragraph, null)
    this.undoBy(() => {
      paragraph.lines = before
      this.setRead(paragraph, null)
    })
    this.touch(paragraph)
  }

  protected setLastLine(block: Block): void {
    const { lastLine } = block
    block.lastLine = this.lineNumber
    this.undoBy(() => {
      block.lastLine = lastLine
    })
  }

  protected setDone(item: Item, done: boolean): void {
    item.done = done
    this.undoBy(() => {
      item.done = null
    })
  }

  protected setClosed(block: Summary | Details | MathBlock): void {
    block.closed = true
    this.undoBy(() => {
      block.closed = false
    })
  }

  /** Blank lines at the end of indented code are none of it. */
  protected dropBlankLines({ lines }: Code): void {
    for (let last = lines.entries.at(-1); last?.trim() === ''; last = lines.entries.at(-1)) {
      const dropped = last
      lines.pop(newStamp())
      this.undoBy(() => lines.push(dropped, newStamp()))
    }
  }

  protected remove(leaf: Leaf): void {
    const { parent } = leaf
    if (!parent) return
    parent.children.pop(newStamp())
    this.tip = parent
    this.undoBy(() => parent.children.push(leaf, newStamp()))
    this.touch(parent)
  }

  protected closeTo(container: Container | Leaf): void {
    while (this.tip !== container && this.tip !== this.root) this.close(this.tip)
  }

  protected closeWhile(mustClose: (tip: Container | Leaf) => boolean): void {
    while (this.tip !== this.root && mustClose(this.tip)) this.close(this.tip)
  }

  protected close(block: Container | Leaf): void {
    if (block.type === 'root') return
    const { lastLine } = block
    block.open = false
    this.undoBy(() => {
      block.open = true
      block.lastLine = lastLine
    })
    if (block.type === 'quote') block.lastLine = this.lineNumber - 1
    else if (isContainer(block)) block.lastLine = block.children.entries.at(-1)?.lastLine ?? block.firstLine
    this.touch(block)
    this.tip = block.parent ?? this.root
    this.closed(block)
  }

  protected depthOf(container: Container | Leaf): number {
    let depth = 0
    for (let block: Container | Leaf | null = container; block; block = block.parent) depth++
    return depth
  }

  /** Gives a block, and all that it is in, a new stamp. Of a table, only the last row is shown in another way. */
  protected touch(block: Container | Leaf): void {
    const stamp = newStamp()
    if (block.type === 'table') touchRow(block, block.rows.length - 1, stamp)
    for (let each: Container | Leaf | null = block; each; each = each.parent) {
      each.stamp = stamp
      each.parent?.children.touch(each.place, stamp)
    }
  }
}

/** What is settled of a text whose last characters are taken off; null when those are settled too. */
function shortened(settled: Settled | null, length: number): Settled | null {
  if (!settled || settled.rest.length < length) return null
  return { ...settled, rest: settled.rest.slice(0, settled.rest.length - length) }
}

/** Gives all rows of a table a new stamp: what its text refers to is another thing now. */
export function touchRows(table: Table): void {
  const stamp = newStamp()
  for (let place = 0; place < table.rows.length; place++) touchRow(table, place, stamp)
}

function touchRow({ rows }: Table, place: number, stamp: number): void {
  const row = rows.entries[place]
  if (!row) return
  row.stamp = stamp
  rows.touch(place, stamp)
}

export function isContainer(block: Container | Leaf): block is Container {
  return 'children' in block
}
