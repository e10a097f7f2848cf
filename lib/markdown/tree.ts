import type { ChunkedList } from './chunked-list'

/** The elements that a reply may write as tags: harmless ones, never with an attribute. */
export const elementNames = [
  ...['b', 'strong', 'i', 'em', 'u', 'ins', 's', 'del', 'mark', 'small', 'sub', 'sup', 'kbd', 'code', 'samp'],
  ...['var', 'ul', 'ol', 'li'],
] as const
export type ElementName = (typeof elementNames)[number]

/** A node of the block tree. The parser changes nodes in place; `version` is new whenever a node or its content changes. */
interface Node {
  parent: Container | null
  /** The position among the parent's children. */
  index: number
  version: number
  open: boolean
  firstLine: number
  lastLine: number
}

export interface Root extends Node {
  type: 'root'
  children: ChunkedList<Block>
}
export interface Quote extends Node {
  type: 'quote'
  children: ChunkedList<Block>
}
export interface List extends Node {
  type: 'list'
  children: ChunkedList<Block>
  ordered: boolean
  start: number
  /** The bullet, or the delimiter after the number: another one starts another list. */
  marker: string
  loose: boolean
}
export interface Item extends Node {
  type: 'item'
  children: ChunkedList<Block>
  /** How many columns its content is indented by. */
  indent: number
  /** Null when the item is no task. */
  checked: boolean | null
}
/** A footnote's content. */
export interface Footnote extends Node {
  type: 'footnote'
  children: ChunkedList<Block>
  label: string
}
/** `<details>`. Its summary, if there is one, is its first child. */
export interface Details extends Node {
  type: 'details'
  children: ChunkedList<Block>
  /** Its end tag has been parsed. */
  closed: boolean
}
export type Container = Root | Quote | List | Item | Footnote | Details

export interface Paragraph extends Node {
  type: 'paragraph'
  lines: string[]
  /** It is known that it doesn't begin with a link reference definition. */
  noDefinition: boolean
  stable: StablePrefix | null
  parsed: ParsedText | null
}
export interface Heading extends Node {
  type: 'heading'
  level: number
  lines: string[]
  parsed: ParsedText | null
}
export interface Summary extends Node {
  type: 'summary'
  lines: string[]
  /** Its end tag has been parsed. */
  closed: boolean
  parsed: ParsedText | null
}
export interface Code extends Node {
  type: 'code'
  /** The opening fence; null for indented code. */
  fence: { mark: string; length: number; indent: number } | null
  info: string
  lines: ChunkedList<string>
  /** In quoted markdown: how many inner fences are open. */
  openInnerFences: number
}
export interface MathBlock extends Node {
  type: 'math'
  fence: { start: string; end: string }
  lines: string[]
  closed: boolean
}
/** Raw HTML, which is shown as text. */
export interface Html extends Node {
  type: 'html'
  /** Matches the line that ends it; null when a blank line does. */
  end: RegExp | null
  lines: ChunkedList<string>
}
export interface Row {
  cells: string[]
  parsed: Inline[][] | null
  /** New whenever the row has to be rendered again. */
  version: number
}
export interface Table extends Node {
  type: 'table'
  align: Align[]
  head: Row
  rows: ChunkedList<Row>
  /** The length of the longest row, which may be longer than the head. */
  columnCount: number
}
export type Align = 'left' | 'right' | 'center' | null
export interface ThematicBreak extends Node {
  type: 'thematic-break'
}
/** Adjacent link reference definitions. Those without a reference are shown. */
export interface LinkDefinitions extends Node {
  type: 'link-definitions'
  definitions: (Definition & { label: string })[]
}
export type Leaf = Paragraph | Heading | Code | MathBlock | Html | Table | ThematicBreak | LinkDefinitions | Summary
export type Block = Exclude<Container, Root> | Leaf

/** The inlines of a block's text, valid until the text or what it refers to changes. */
export interface ParsedText {
  /** A long text has several, so that what is parsed and rendered again is short. */
  segments: Inline[][]
  footnoteReferences: FootnoteReference[]
  /** The text is still being written, and open marks in it were closed. */
  unfinished: boolean
}

/**
 * The parsed beginning of a long text whose end is still being written, and the text that follows. It stays valid: what
 * it refers to can only change between blocks.
 */
export interface StablePrefix {
  segments: Inline[][]
  footnoteReferences: FootnoteReference[]
  tail: string
}

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'break' }
  | { type: 'emphasis' | 'strong' | 'delete'; children: Inline[] }
  | { type: 'element'; name: ElementName; children: Inline[] }
  | { type: 'code'; text: string }
  | { type: 'html'; text: string }
  | { type: 'math'; tex: string; display: boolean; unfinished: boolean }
  /** `url` is null while it is still being written. */
  | { type: 'link'; url: string | null; title: string; children: Inline[] }
  | { type: 'image'; url: string | null; title: string; alt: string }
  | FootnoteReference

export interface FootnoteReference {
  type: 'footnote-reference'
  label: string
  /** Null until the text that holds it is parsed as a whole. */
  position: ReferencePosition | null
}
export interface ReferencePosition {
  owner: Leaf | Row
  /** How many footnote references come before it in the same owner. */
  index: number
}

export interface Definition {
  url: string
  title: string
}

/** Resolves the labels that a text refers to. */
export interface References {
  definition(label: string): Definition | null
  /** Whether `[^label]` is a footnote reference, as far as is known. */
  isFootnote(label: string): boolean
}

/** A block before it is in the tree. */
export type NewBlock<Kind extends Block = Block> = Kind extends Block
  ? Omit<Kind, 'parent' | 'index' | 'version' | 'open' | 'firstLine' | 'lastLine'>
  : never
