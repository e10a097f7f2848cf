import { normalizeLabel } from '../inlines/characters'
import { definitionAt, isNoDefinition } from '../inlines/destinations'
import { ReferenceMap } from '../reference-map'
import type { Block, Definition, Footnote, LinkDefinitions, Paragraph } from '../tree'
import { nextVersion, TreeBuilder, touchRows } from '../tree-builder'

/** Parses what references resolve to: link reference definitions and footnotes. */
export abstract class DefinitionParser extends TreeBuilder {
  readonly references = new ReferenceMap((leaf) => {
    this.touch(leaf)
    if (leaf.type === 'table') touchRows(leaf)
  })

  protected readonly definitionBlocks = new Set<LinkDefinitions>()
  /** Moves link reference definitions from the beginning of a paragraph to the reference map. */
  protected extractDefinitions(paragraph: Paragraph): void {
    if (paragraph.noDefinition || !paragraph.lines[0]?.startsWith('[')) return
    const text = paragraph.lines.join('\n')
    const taken: LinkDefinitions['definitions'] = []
    let at = 0
    for (let found = definitionAt(text, at); found; found = text[at] === '[' ? definitionAt(text, at) : null) {
      this.define(normalizeLabel(found.value.label), found.value)
      taken.push(found.value)
      at = found.end
    }
    if (at === 0) {
      if (isNoDefinition(text)) this.setNoDefinition(paragraph)
      return
    }
    const rest = text.slice(at)
    this.setLines(paragraph, rest.trim() === '' ? [] : rest.split('\n'))
    this.addDefinitions(paragraph, taken)
  }

  /** Puts definitions in front of what is left of their paragraph. */
  private addDefinitions(paragraph: Paragraph, definitions: LinkDefinitions['definitions']): void {
    const { parent, index } = paragraph
    const { tip } = this
    const before = parent?.children.entries[index - 1]
    if (!parent) return
    if (before?.type === 'link-definitions' && before.lastLine >= paragraph.firstLine - 1) {
      const kept = before.definitions.length
      before.definitions.push(...definitions)
      this.onRollback(() => {
        before.definitions.length = kept
      })
      this.setLastLine(before)
      this.touch(before)
      return
    }
    this.remove(paragraph)
    const block = this.appendBlock({ type: 'link-definitions', definitions }, paragraph.firstLine)
    if (block.type !== 'link-definitions') return
    this.close(block)
    this.definitionBlocks.add(block)
    this.onRollback(() => this.definitionBlocks.delete(block))
    this.moveAfter(block, paragraph)
    this.tip = tip
  }

  private moveAfter(block: Block, paragraph: Paragraph): void {
    const { parent, index } = paragraph
    parent?.children.push(paragraph, nextVersion())
    paragraph.index = block.index + 1
    this.onRollback(() => {
      parent?.children.pop(nextVersion())
      paragraph.index = index
    })
    this.touch(paragraph)
  }

  private setNoDefinition(paragraph: Paragraph): void {
    paragraph.noDefinition = true
    this.onRollback(() => {
      paragraph.noDefinition = false
    })
  }

  private define(label: string, definition: Definition): void {
    if (this.references.define(label, definition)) this.onRollback(() => this.references.undefine(label))
  }

  protected defineFootnote(footnote: Footnote): void {
    const label = normalizeLabel(footnote.label)
    if (this.references.defineFootnote(label, footnote)) this.onRollback(() => this.references.undefineFootnote(label))
  }
}
