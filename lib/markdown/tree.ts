import type { Growing } from './growing'

/** The elements that a reply may have by their names: harmless ones, and none with an attribute. */
export const elementNames = [
  ...['b', 'strong', 'i', 'em', 'u', 'ins', 's', 'del', 'mark', 'small', 'sub', 'sup', 'kbd', 'code', 'samp'],
  ...['var', 'ul', 'ol', 'li'],
] as const
export type ElementName = (typeof elementNames)[number]

/**
 * A reply as a tree of blocks. The parser changes blocks in place; `stamp` is new whenever a block, or anything in it,
 * has changed.
 */
interface Node {
  parent: Container | null
  /** Where among its parent's children. */
  place: number
  stamp: number
  open: boolean
  firstLine: number
  lastLine: number
}

export interface Root extends Node {
  type: 'root'
  children: Growing<Block>
}
export interface Quote extends Node {
  type: 'quote'
  children: Growing<Block>
}
export interface List extends Node {
  type: 'list'
  children: Growing<Block>
  ordered: boolean
  start: number
  /** What follows the number, or is the bullet: another one begins another list. */
  marker: string
  loose: boolean
}
export interface Item extends Node {
  type: 'item'
  children: Growing<Block>
  /** Columns that what belongs to the item is indented by. */
  indent: number
  /** Whether it is done, if it is a task. */
  done: boolean | null
}
/** The text of a footnote. */
export interface Note extends Node {
  type: 'note'
  children: Growing<Block>
  label: string
}
/** What opens and closes at a press: `<details>`. Its summary, if it has one, is the first block in it. */
export interface Details extends Node {
  type: 'details'
  children: Growing<Block>
  /** Its end has come. */
  closed: boolean
}
export type Container = Root | Quote | List | Item | Note | Details

export interface Paragraph extends Node {
  type: 'paragraph'
  lines: string[]
  /** It is known to begin with no definition of a link reference. */
  noDefinition: boolean
  settled: Settled | null
  read: Read | null
}
export interface Heading extends Node {
  type: 'heading'
  level: number
  lines: string[]
  read: Read | null
}
export interface Summary extends Node {
  type: 'summary'
  lines: string[]
  /** Its end has come. */
  closed: boolean
  read: Read | null
}
export interface Code extends Node {
  type: 'code'
  /** The fence it was opened by; null when it is code by its indentation. */
  fence: { mark: string; length: number; indent: number } | null
  info: string
  lines: Growing<string>
  /** In markdown that is quoted as code: how many fences within it are open. */
  inner: number
}
export interface MathBlock extends Node {
  type: 'math'
  /** What it was opened by, and what closes it. */
  fence: { start: string; end: string }
  lines: string[]
  closed: boolean
}
/** Raw HTML, which is shown as the text that it is. */
export interface Html extends Node {
  type: 'html'
  /** What its end looks like; null when a blank line ends it. */
  end: RegExp | null
  lines: Growing<string>
}
export interface Row {
  cells: string[]
  read: Inline[][] | null
  /** New whenever it is to be shown in another way. */
  stamp: number
}
export interface Table extends Node {
  type: 'table'
  align: Align[]
  head: Row
  rows: Growing<Row>
  /** How many cells the longest row has: one may have more than the head. */
  columns: number
}
export type Align = 'left' | 'right' | 'center' | null
export interface Rule extends Node {
  type: 'rule'
}
/** Definitions of link references that stand together. Those that nobody refers to are shown. */
export interface Links extends Node {
  type: 'links'
  definitions: (Definition & { label: string })[]
}
export type Leaf = Paragraph | Heading | Code | MathBlock | Html | Table | Rule | Links | Summary
export type Block = Exclude<Container, Root> | Leaf

/** What the text of a block came to, as long as neither the text nor what it refers to changes. */
export interface Read {
  /** A long text is in several, so that what is read and shown anew is short. */
  segments: Inline[][]
  /** The marks of footnotes in it. */
  marks: Mark[]
  /** It is still being written, and unfinished marks in it have been closed. */
  unfinished: boolean
}

/**
 * What the beginning of a long text came to while its end is being written, and the text that follows. It stays: what
 * it refers to can only change between blocks.
 */
export interface Settled {
  segments: Inline[][]
  marks: Mark[]
  rest: string
}

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'break' }
  | { type: 'emphasis' | 'strong' | 'delete'; children: Inline[] }
  | { type: 'element'; name: ElementName; children: Inline[] }
  | { type: 'code'; text: string }
  | { type: 'html'; text: string }
  | { type: 'math'; tex: string; display: boolean; unfinished: boolean }
  /** A link; `address` is null while it is still being written. */
  | { type: 'link'; address: string | null; title: string; children: Inline[] }
  | { type: 'image'; address: string | null; title: string; alt: string }
  | Mark

/** The mark of a footnote. */
export interface Mark {
  type: 'reference'
  label: string
  /** What it stands in, and how many marks stand there before it; null until that is known. */
  place: MarkPlace | null
}
export interface MarkPlace {
  text: Leaf | Row
  before: number
}

export interface Definition {
  address: string
  title: string
}

/** What the marks in a text may refer to. */
export interface References {
  definition(label: string): Definition | null
  /** Whether a mark of a footnote is one, by now. */
  isNote(label: string): boolean
}

/** A block as it begins, before it has a place in the tree. */
export type New<Kind extends Block> = Omit<Kind, 'parent' | 'place' | 'stamp' | 'open' | 'firstLine' | 'lastLine'>
