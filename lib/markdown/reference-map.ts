import type { Container, Definition, Leaf, Mark, MarkPlace, Note, References } from './tree'

/** From so many blocks on that ask for one label, those that are gone are looked for: lines read on trial leave some behind. */
const crowded = 100

/**
 * What marks in a text refer to: definitions of links, and footnotes. It remembers which block asked for which label,
 * so that a definition that comes later changes those blocks and no other.
 */
export class ReferenceMap implements References {
  private readonly definitions = new Map<string, Definition>()
  private readonly notes = new Map<string, Note>()
  private readonly askers = new Map<string, { leaves: Set<Leaf>; crowded: number }>()
  /** Footnotes in the order of their first marks, and where those stand. */
  private readonly marked = new Map<string, { number: number; first: MarkPlace | null }>()
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

  /** Numbers the footnotes of these marks that have no number yet; returns how to take that back. */
  number(marks: Mark[]): () => void {
    const numbered: string[] = []
    for (const { label, place } of marks) {
      if (this.marked.has(label)) continue
      this.marked.set(label, { number: this.marked.size + 1, first: place })
      numbered.push(label)
    }
    return () => {
      for (const label of numbered) this.marked.delete(label)
    }
  }

  /** The number of a footnote, by the order of the marks. */
  numberOf(label: string): number | null {
    return this.marked.get(label)?.number ?? null
  }

  /** Whether a mark is the first of its footnote, to which the footnote leads back. */
  isFirst({ label, place }: Mark): boolean {
    const first = this.marked.get(label)?.first
    return first?.text === place?.text && first?.before === place?.before
  }

  note(label: string): Note | null {
    return this.notes.get(label) ?? null
  }

  /** All footnotes: those with marks first, by number, then the rest. */
  orderedNotes(): { label: string; note: Note; number: number | null }[] {
    const marked = [...this.marked].flatMap(([label, { number }]) => {
      const note = this.notes.get(label)
      return note ? [{ label, note, number }] : []
    })
    const rest = [...this.notes].filter(([label]) => !this.marked.has(label))
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

  /**
   * From now on a mark without a footnote is text. Returns the blocks with marks in their order, to be read again, and
   * how to take this back.
   */
  finish(): { leaves: Leaf[]; undo: () => void } {
    const marked = [...this.marked]
    this.finished = true
    this.marked.clear()
    const leaves = this.rereadMarks().sort((one, other) => one.firstLine - other.firstLine)
    const undo = () => {
      this.finished = false
      this.marked.clear()
      for (const [label, mark] of marked) this.marked.set(label, mark)
      this.rereadMarks()
    }
    return { leaves, undo }
  }

  private rereadMarks(): Leaf[] {
    const asked = [...this.askers].filter(([label]) => label.startsWith('^'))
    const leaves = [...new Set(asked.flatMap(([, askers]) => [...askers.leaves].filter(isInTree)))]
    for (const leaf of leaves) this.reread(leaf)
    return leaves
  }

  private ask(label: string): void {
    if (!this.asking) return
    const askers = this.askers.get(label) ?? { leaves: new Set(), crowded }
    this.askers.set(label, askers)
    const { leaves } = askers
    leaves.add(this.asking)
    if (leaves.size < askers.crowded) return
    for (const leaf of leaves) if (leaf !== this.asking && !isInTree(leaf)) leaves.delete(leaf)
    // They are looked through again when there are twice as many, so that this costs the same for each.
    askers.crowded = Math.max(crowded, leaves.size * 2)
  }

  private tell(label: string): void {
    for (const leaf of this.askers.get(label)?.leaves ?? []) this.reread(leaf)
  }

  private reread(leaf: Leaf): void {
    forgetRead(leaf)
    this.changed(leaf)
  }
}

function isInTree(leaf: Leaf): boolean {
  let block: Leaf | Container = leaf
  while (block.parent) {
    if (block.parent.children.entries[block.place] !== block) return false
    block = block.parent
  }
  return block.type === 'root'
}

/** Lets what was read of a block's text be read again. */
function forgetRead(leaf: Leaf): void {
  if (leaf.type === 'table') {
    leaf.head.read = null
    for (const row of leaf.rows.entries) row.read = null
  } else if ('read' in leaf) leaf.read = null
}
