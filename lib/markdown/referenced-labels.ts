import { parseInlines } from './inlines/inline-parser'
import type { ReferenceMap } from './reference-map'
import type { Container, Leaf, References } from './tree'
import { isContainer } from './tree-builder'

/** The labels of the definitions that a text refers to. */
export function referencedLabels(root: Container, references: ReferenceMap): Set<string> {
  const found = new Set<string>()
  const recording: References = {
    definition(label) {
      const definition = references.definition(label)
      if (definition) found.add(label)
      return definition
    },
    isFootnote: (label) => references.isFootnote(label),
  }
  for (const text of textsIn(root)) if (text.includes('[')) parseInlines(text, recording, false)
  return found
}

function textsIn(block: Container | Leaf): string[] {
  if (isContainer(block)) return block.children.entries.flatMap(textsIn)
  switch (block.type) {
    case 'paragraph':
    case 'heading':
    case 'summary':
      return [block.lines.join('\n')]
    case 'table':
      return [block.head, ...block.rows.entries].flatMap(({ cells }) => cells)
    default:
      return []
  }
}
