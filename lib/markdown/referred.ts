import { isContainer } from './growing-tree'
import { inlinesIn } from './inlines/inline'
import type { ReferenceMap } from './reference-map'
import type { Container, Leaf, References } from './tree'

/** The labels of the definitions that a text refers to. */
export function referredIn(root: Container, references: ReferenceMap): Set<string> {
  const found = new Set<string>()
  const noting: References = {
    definition(label) {
      const definition = references.definition(label)
      if (definition) found.add(label)
      return definition
    },
    isNote: (label) => references.isNote(label),
  }
  for (const text of textsIn(root)) if (text.includes('[')) inlinesIn(text, noting, false)
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
