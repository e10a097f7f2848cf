import type { Definition, Leaf, Note, References } from './tree'

/** So many blocks that ask for one label are looked through: a line read on trial leaves blocks behind. */
const crowded = 100

/**
 * What marks in a text refer to: definitions of links, and footnotes. It remembers which block asked for which label,
 * so that a definition that comes later changes those blocks and no other.
 */
export class Asked implements References {
  private readonly definitions = new Map<string, Definition>()
  private readonly notes = new Map<string, Note>()
  private readonly askers = new Map<string, Set<Leaf>>()
  /** Labels of footnotes in the order of their first marks. */
  private marks = new Map<string, number>()
  private finished = false
  private asking: Leaf | null = null

  constructor(private readonly changed: (leaf: Leaf) => void) {}

  /** Runs `read` for a block: whenever a label that it asks for gets another meaning, the block is to be read again. */
  by<Result>(leaf: Leaf, read: () => Result): Result {
    const outer = this.asking
    this.asking = leaf
    try {
      return read()
    } finally {
      this.asking = outer
    }
  }

  definition(label: string): Definition | null {
    this.ask(label)
    return this.definitions.get(label) ?? null
  }

  /** While the text grows, a mark is taken for one although its footnote has not come yet. */
  isNote(label: string): boolean {
    this.ask(`^${label}`)
    return !this.finished || this.notes.has(label)
  }

  /** The number of a footnote, by the order of the marks. */
  numberOf(label: string): number {
    const known = this.marks.get(label)
    if (known !== undefined) return known
    this.marks.set(label, this.marks.size + 1)
    return this.marks.size
  }

  note(label: string): Note | null {
    return this.notes.get(label) ?? null
  }

  /** All footnotes: those with marks first, by number, then the rest. */
  orderedNotes(): { label: string; note: Note; number: number | null }[] {
    const marked = [...this.marks].flatMap(([label, number]) => {
      const note = this.notes.get(label)
      return note ? [{ label, note, number }] : []
    })
    const rest = [...this.notes].filter(([label]) => !this.marks.has(label))
    return [...marked, ...rest.map(([label, note]) => ({ label, note, number: null }))]
  }

  get hasNotes(): boolean {
    return this.notes.size > 0
  }

  /** The first definition of a label holds; false when it has one. */
  define(label: string, definition: Definition): boolean {
    if (this.definitions.has(label)) return false
    this.definitions.set(label, definition)
    this.tell(label)
    return true
  }

  forget(label: string): void {
    this.definitions.delete(label)
    this.tell(label)
  }

  defineNote(label: string, note: Note): boolean {
    if (this.notes.has(label)) return false
    this.notes.set(label, note)
    this.tell(`^${label}`)
    return true
  }

  forgetNote(label: string): void {
    this.notes.delete(label)
    this.tell(`^${label}`)
  }

  /** From now on a mark without a footnote is text. Returns the blocks with marks in their order, to be read again. */
  finish(): Leaf[] {
    this.finished = true
    this.marks.clear()
    const labels = [...this.askers].filter(([label]) => label.startsWith('^'))
    const leaves = new Set(labels.flatMap(([, askers]) => [...askers].filter(isInTree)))
    for (const leaf of leaves) {
      forgetRead(leaf)
      this.changed(leaf)
    }
    return [...leaves].sort((one, other) => one.firstLine - other.firstLine)
  }

  private ask(label: string): void {
    if (!this.asking) return
    const askers = this.askers.get(label)
    if (askers && askers.size > crowded) for (const each of askers) if (!isInTree(each)) askers.delete(each)
    if (askers) askers.add(this.asking)
    else this.askers.set(label, new Set([this.asking]))
  }

  private tell(label: string): void {
    for (const leaf of this.askers.get(label) ?? []) {
      forgetRead(leaf)
      this.changed(leaf)
    }
  }
}

function isInTree(leaf: Leaf): boolean {
  return leaf.parent?.children.entries[leaf.place] === leaf
}

/** Lets what was read of a block's text be read again. */
export function forgetRead(leaf: Leaf): void {
  if (leaf.type === 'table') {
    leaf.head.read = null
    for (const row of leaf.rows.entries) row.read = null
  } else if ('read' in leaf) leaf.read = null
}
