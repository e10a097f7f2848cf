import { inlinesIn, segmentsIn } from './inlines/inline'
import type { ReferenceMap } from './reference-map'
import type { Heading, Inline, Leaf, Mark, Paragraph, Read, Row, Settled, Summary, Table } from './tree'

const nothing: Settled = { segments: [], marks: [], rest: '' }

type Text = Paragraph | Heading | Summary

/**
 * The text of a paragraph or heading, read for its marks; with `unfinished`, marks that are open yet are closed, and of
 * a long text only the end is read again.
 */
export function segmentsOf(block: Text, references: ReferenceMap, unfinished: boolean): Inline[][] {
  return read(block, references, unfinished).segments
}

function read(block: Text, references: ReferenceMap, unfinished: boolean): Read {
  if (block.read?.unfinished === unfinished) return block.read
  const settled = (unfinished && block.type === 'paragraph' && block.settled) || nothing
  const text = settled === nothing ? block.lines.join('\n') : settled.rest
  const parts = references.by(block, () => segmentsIn(text.trimEnd(), references, unfinished))
  const last = parts.pop() ?? { at: 0, inlines: [] }
  const whole = parts.map(({ inlines }) => inlines)
  const segments = [...settled.segments, ...whole]
  const marksOfPart = (part: Inline[], before: number) => (mayHoldMark(text) ? placed(part, block, before) : [])
  const marks = [...settled.marks, ...marksOfPart(whole.flat(), settled.marks.length)]
  if (unfinished && block.type === 'paragraph' && whole.length > 0) {
    block.settled = { segments, marks, rest: text.slice(last.at) }
  }
  const read = {
    segments: [...segments, last.inlines],
    marks: [...marks, ...marksOfPart(last.inlines, marks.length)],
    unfinished,
  }
  block.read = read
  return read
}

/** The cells of a table's row, read for their marks. */
export function cellsIn(table: Table, row: Row, references: ReferenceMap, unfinished: boolean): Inline[][] {
  if (row.read && !unfinished) return row.read
  const last = row.cells.findLastIndex((cell) => cell !== '')
  const read = references.by(table, () =>
    row.cells.map((cell, place) => inlinesIn(cell, references, unfinished && place === last)),
  )
  if (row.cells.some(mayHoldMark)) placed(read.flat(), row, 0)
  if (!unfinished) row.read = read
  return read
}

/** The marks of footnotes in a block, in their order. */
export function marksOf(leaf: Leaf, references: ReferenceMap, unfinished: boolean): Mark[] {
  if (leaf.type === 'table') {
    return [leaf.head, ...leaf.rows.entries].flatMap((row) => marksOfRow(leaf, row, references, unfinished))
  }
  if (leaf.type !== 'paragraph' && leaf.type !== 'heading' && leaf.type !== 'summary') return []
  const settled = unfinished && leaf.type === 'paragraph' ? leaf.settled : null
  const mayHold = settled ? settled.marks.length > 0 || mayHoldMark(settled.rest) : leaf.lines.some(mayHoldMark)
  return mayHold ? read(leaf, references, unfinished).marks : []
}

export function marksOfRow(table: Table, row: Row, references: ReferenceMap, unfinished: boolean): Mark[] {
  return row.cells.some(mayHoldMark) ? marksIn(cellsIn(table, row, references, unfinished).flat()) : []
}

function mayHoldMark(text: string): boolean {
  return text.includes('[^')
}

function marksIn(inlines: Inline[]): Mark[] {
  return inlines.flatMap((each) => {
    if (each.type === 'reference') return [each]
    return 'children' in each ? marksIn(each.children) : []
  })
}

/** The marks in a text, with their places, after so many others. */
function placed(inlines: Inline[], text: Leaf | Row, before: number): Mark[] {
  const marks = marksIn(inlines)
  for (const [place, mark] of marks.entries()) mark.place = { text, before: before + place }
  return marks
}
