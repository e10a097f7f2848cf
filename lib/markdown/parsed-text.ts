import { parseInlines, parseSegments } from './inlines/inline-parser'
import type { ReferenceMap } from './reference-map'
import type {
  FootnoteReference,
  Heading,
  Inline,
  Leaf,
  Paragraph,
  ParsedText,
  Row,
  StablePrefix,
  Summary,
  Table,
} from './tree'

const EMPTY: StablePrefix = { segments: [], footnoteReferences: [], tail: '' }

type TextBlock = Paragraph | Heading | Summary

/**
 * The inlines of a paragraph, heading or summary. With `unfinished`, marks that are still open are closed, and only the
 * end of a long text is parsed again.
 */
export function parsedSegments(block: TextBlock, references: ReferenceMap, unfinished: boolean): Inline[][] {
  return parse(block, references, unfinished).segments
}

function parse(block: TextBlock, references: ReferenceMap, unfinished: boolean): ParsedText {
  if (block.parsed?.unfinished === unfinished) return block.parsed
  const stable = (unfinished && block.type === 'paragraph' && block.stable) || EMPTY
  const text = stable === EMPTY ? block.lines.join('\n') : stable.tail
  const parts = references.track(block, () => parseSegments(text.trimEnd(), references, unfinished))
  const last = parts.pop() ?? { at: 0, inlines: [] }
  const complete = parts.map(({ inlines }) => inlines)
  const segments = [...stable.segments, ...complete]
  const referencesIn = (part: Inline[], firstIndex: number) =>
    mayHoldReference(text) ? positionedReferences(part, block, firstIndex) : []
  const stableReferences = stable.footnoteReferences
  const footnoteReferences = [...stableReferences, ...referencesIn(complete.flat(), stableReferences.length)]
  if (unfinished && block.type === 'paragraph' && complete.length > 0) {
    block.stable = { segments, footnoteReferences, tail: text.slice(last.at) }
  }
  const parsed = {
    segments: [...segments, last.inlines],
    footnoteReferences: [...footnoteReferences, ...referencesIn(last.inlines, footnoteReferences.length)],
    unfinished,
  }
  block.parsed = parsed
  return parsed
}

/** The inlines of a row's cells. */
export function parsedCells(table: Table, row: Row, references: ReferenceMap, unfinished: boolean): Inline[][] {
  if (row.parsed && !unfinished) return row.parsed
  const last = row.cells.findLastIndex((cell) => cell !== '')
  const parsed = references.track(table, () =>
    row.cells.map((cell, column) => parseInlines(cell, references, unfinished && column === last)),
  )
  if (row.cells.some(mayHoldReference)) positionedReferences(parsed.flat(), row, 0)
  if (!unfinished) row.parsed = parsed
  return parsed
}

/** The footnote references in a block, in order. */
export function footnoteReferencesOf(leaf: Leaf, references: ReferenceMap, unfinished: boolean): FootnoteReference[] {
  if (leaf.type === 'table') {
    return [leaf.head, ...leaf.rows.entries].flatMap((row) =>
      footnoteReferencesOfRow(leaf, row, references, unfinished),
    )
  }
  if (leaf.type !== 'paragraph' && leaf.type !== 'heading' && leaf.type !== 'summary') return []
  const stable = unfinished && leaf.type === 'paragraph' ? leaf.stable : null
  const mayHold = stable
    ? stable.footnoteReferences.length > 0 || mayHoldReference(stable.tail)
    : leaf.lines.some(mayHoldReference)
  return mayHold ? parse(leaf, references, unfinished).footnoteReferences : []
}

export function footnoteReferencesOfRow(
  table: Table,
  row: Row,
  references: ReferenceMap,
  unfinished: boolean,
): FootnoteReference[] {
  if (!row.cells.some(mayHoldReference)) return []
  return footnoteReferencesIn(parsedCells(table, row, references, unfinished).flat())
}

function mayHoldReference(text: string): boolean {
  return text.includes('[^')
}

function footnoteReferencesIn(inlines: Inline[]): FootnoteReference[] {
  return inlines.flatMap((each) => {
    if (each.type === 'footnote-reference') return [each]
    return 'children' in each ? footnoteReferencesIn(each.children) : []
  })
}

/** The footnote references in a part of a text, which get their positions; `firstIndex` of them come before. */
function positionedReferences(inlines: Inline[], owner: Leaf | Row, firstIndex: number): FootnoteReference[] {
  const found = footnoteReferencesIn(inlines)
  for (const [index, reference] of found.entries()) reference.position = { owner, index: firstIndex + index }
  return found
}
