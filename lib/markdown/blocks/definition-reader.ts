import { GrowingTree, newStamp, touchRows } from '../growing-tree'
import { normalized } from '../inlines/characters'
import { definitionAt, isNoDefinition } from '../inlines/destinations'
import { ReferenceMap } from '../reference-map'
import type { Block, Definition, Links, Note, Paragraph } from '../tree'

/** Reads what marks in a text refer to: definitions of links, and footnotes. */
export abstract class DefinitionReader extends GrowingTree {
  /** What marks in the text refer to. */
  readonly references = new ReferenceMap((leaf) => {
    this.touch(leaf)
    if (leaf.type === 'table') touchRows(leaf)
  })

  /** Where definitions stand. */
  protected readonly links = new Set<Links>()
  /** Takes the definitions of link references off the beginning of a paragraph. */
  protected takeDefinitions(paragraph: Paragraph): void {
    if (paragraph.noDefinition || !paragraph.lines[0]?.startsWith('[')) return
    const text = paragraph.lines.join('\n')
    const taken: Links['definitions'] = []
    let at = 0
    for (let found = definitionAt(text, at); found; found = text[at] === '[' ? definitionAt(text, at) : null) {
      this.define(normalized(found.value.label), found.value)
      taken.push(found.value)
      at = found.end
    }
    if (at === 0) {
      if (isNoDefinition(text)) this.setNoDefinition(paragraph)
      return
    }
    const rest = text.slice(at)
    this.setLines(paragraph, rest.trim() === '' ? [] : rest.split('\n'))
    this.addLinks(paragraph, taken)
  }

  /** Definitions stand before what is left of the paragraph that they were read from. */
  private addLinks(paragraph: Paragraph, definitions: Links['definitions']): void {
    const { parent, place } = paragraph
    const { tip } = this
    const before = parent?.children.entries[place - 1]
    if (!parent) return
    if (before?.type === 'links' && before.lastLine >= paragraph.firstLine - 1) {
      const kept = before.definitions.length
      before.definitions.push(...definitions)
      this.undoBy(() => {
        before.definitions.length = kept
      })
      this.setLastLine(before)
      this.touch(before)
      return
    }
    this.remove(paragraph)
    const links = this.place({ type: 'links', definitions }, paragraph.firstLine)
    if (links.type !== 'links') return
    this.close(links)
    this.links.add(links)
    this.undoBy(() => this.links.delete(links))
    this.putBehind(links, paragraph)
    this.tip = tip
  }

  private putBehind(block: Block, paragraph: Paragraph): void {
    const { parent, place } = paragraph
    parent?.children.push(paragraph, newStamp())
    paragraph.place = block.place + 1
    this.undoBy(() => {
      parent?.children.pop(newStamp())
      paragraph.place = place
    })
    this.touch(paragraph)
  }

  private setNoDefinition(paragraph: Paragraph): void {
    paragraph.noDefinition = true
    this.undoBy(() => {
      paragraph.noDefinition = false
    })
  }

  private define(label: string, definition: Definition): void {
    if (this.references.define(label, definition)) this.undoBy(() => this.references.forget(label))
  }

  protected defineNote(note: Note): void {
    const label = normalized(note.label)
    if (this.references.defineNote(label, note)) this.undoBy(() => this.references.forgetNote(label))
  }
}
