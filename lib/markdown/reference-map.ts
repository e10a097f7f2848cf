import type { Container, Definition, Footnote, FootnoteReference, Leaf, ReferencePosition, References } from './tree'

/** At this many blocks that depend on one label, blocks that left the tree are removed; provisional lines leave some. */
const SWEEP_THRESHOLD = 100

interface Dependents {
  leaves: Set<Leaf>
  sweepAt: number
}

/**
 * What references resolve to: link reference definitions, and footnotes. It tracks which block looked up which label,
 * so that a later definition invalidates those blocks and no others.
 */
export class ReferenceMap implements References {
  private readonly definitions = new Map<string, Definition>()
  private readonly footnotes = new Map<string, Footnote>()
  /** Blocks by the label that they looked up; labels of footnotes begin with `^`. */
  private readonly dependents = new Map<string, Dependents>()
  /** Footnote numbers, in the order of their first references. */
  private readonly numbered = new Map<string, { number: number; first: ReferencePosition | null }>()
  private finished = false
  private current: Leaf | null = null

  /** `onChange` is called for each block that is invalidated. */
  constructor(private readonly onChange: (leaf: Leaf) => void) {}

  /** Runs `parse` for a block, and records the labels that it looks up as the block's dependencies. */
  track<Result>(leaf: Leaf, parse: () => Result): Result {
    const outer = this.current
    this.current = leaf
    try {
      return parse()
    } finally {
      this.current = outer
    }
  }

  definition(label: string): Definition | null {
    this.addDependent(label)
    return this.definitions.get(label) ?? null
  }

  /** While the text grows, a reference counts as one although its footnote may still be missing. */
  isFootnote(label: string): boolean {
    this.addDependent(`^${label}`)
    return !this.finished || this.footnotes.has(label)
  }

  /** Numbers the footnotes of these references that have no number yet; returns a function that undoes it. */
  assignNumbers(references: FootnoteReference[]): () => void {
    const added: string[] = []
    for (const { label, position } of references) {
      if (this.numbered.has(label)) continue
      this.numbered.set(label, { number: this.numbered.size + 1, first: position })
      added.push(label)
    }
    return () => {
      for (const label of added) this.numbered.delete(label)
    }
  }

  /** The number of a footnote, by the order of first references; null without a reference. */
  numberOf(label: string): number | null {
    return this.numbered.get(label)?.number ?? null
  }

  /** Whether a reference is the first to its footnote, which the footnote's back link leads to. */
  isFirst({ label, position }: FootnoteReference): boolean {
    const first = this.numbered.get(label)?.first
    return first?.owner === position?.owner && first?.index === position?.index
  }

  footnote(label: string): Footnote | null {
    return this.footnotes.get(label) ?? null
  }

  /** All footnotes: first those with references, by number, then the others. */
  orderedFootnotes(): { label: string; footnote: Footnote; number: number | null }[] {
    const numbered = [...this.numbered].flatMap(([label, { number }]) => {
      const footnote = this.footnotes.get(label)
      return footnote ? [{ label, footnote, number }] : []
    })
    const others = [...this.footnotes].filter(([label]) => !this.numbered.has(label))
    return [...numbered, ...others.map(([label, footnote]) => ({ label, footnote, number: null }))]
  }

  get hasFootnotes(): boolean {
    return this.footnotes.size > 0
  }

  /** The first definition of a label wins; false when there is one already. */
  define(label: string, definition: Definition): boolean {
    if (this.definitions.has(label)) return false
    this.definitions.set(label, definition)
    this.invalidateDependents(label)
    return true
  }

  undefine(label: string): void {
    this.definitions.delete(label)
    this.invalidateDependents(label)
  }

  defineFootnote(label: string, footnote: Footnote): boolean {
    if (this.footnotes.has(label)) return false
    this.footnotes.set(label, footnote)
    this.invalidateDependents(`^${label}`)
    return true
  }

  undefineFootnote(label: string): void {
    this.footnotes.delete(label)
    this.invalidateDependents(`^${label}`)
  }

  /**
   * From now on a reference without a footnote is text. Returns the blocks with references in their order, which have to
   * be parsed again, and a function that undoes it.
   */
  finish(): { leaves: Leaf[]; undo: () => void } {
    const numbered = [...this.numbered]
    this.finished = true
    this.numbered.clear()
    const leaves = this.invalidateFootnoteReferences().sort((one, other) => one.firstLine - other.firstLine)
    const undo = () => {
      this.finished = false
      this.numbered.clear()
      for (const [label, entry] of numbered) this.numbered.set(label, entry)
      this.invalidateFootnoteReferences()
    }
    return { leaves, undo }
  }

  private invalidateFootnoteReferences(): Leaf[] {
    const byLabel = [...this.dependents].filter(([label]) => label.startsWith('^'))
    const leaves = [...new Set(byLabel.flatMap(([, dependents]) => [...dependents.leaves].filter(isInTree)))]
    for (const leaf of leaves) this.invalidate(leaf)
    return leaves
  }

  private addDependent(label: string): void {
    if (!this.current) return
    const dependents = this.dependents.get(label) ?? { leaves: new Set(), sweepAt: SWEEP_THRESHOLD }
    this.dependents.set(label, dependents)
    const { leaves } = dependents
    leaves.add(this.current)
    if (leaves.size < dependents.sweepAt) return
    for (const leaf of leaves) if (leaf !== this.current && !isInTree(leaf)) leaves.delete(leaf)
    // The next sweep is at twice as many, so that sweeping costs each block the same.
    dependents.sweepAt = Math.max(SWEEP_THRESHOLD, leaves.size * 2)
  }

  private invalidateDependents(label: string): void {
    for (const leaf of this.dependents.get(label)?.leaves ?? []) this.invalidate(leaf)
  }

  private invalidate(leaf: Leaf): void {
    clearParsed(leaf)
    this.onChange(leaf)
  }
}

function isInTree(leaf: Leaf): boolean {
  let block: Leaf | Container = leaf
  while (block.parent) {
    if (block.parent.children.entries[block.index] !== block) return false
    block = block.parent
  }
  return block.type === 'root'
}

/** Drops the cached inlines of a block. */
function clearParsed(leaf: Leaf): void {
  if (leaf.type === 'table') {
    leaf.head.parsed = null
    for (const row of leaf.rows.entries) row.parsed = null
  } else if ('parsed' in leaf) leaf.parsed = null
}
