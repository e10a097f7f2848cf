'use client'
import { memo, useRef } from 'react'
import { type Block, nothing, split } from './blocks'
import { CodeBlock } from './code-block'
import { ItemContext } from './elements'
import { Source } from './source'

/**
 * A reply's markdown. It is rendered block by block, a list item by item: what is finished is never rendered again, so
 * its nodes, and a selection in them, stay while the rest arrives.
 */
export function Markdown({ text, growing }: { text: string; growing: boolean }) {
  const before = useRef(nothing)
  // When the reply is whole it is split once more from the start: only then can nothing later change a block.
  const current = split(text, growing ? before.current : nothing)
  before.current = current
  const { blocks, definitions } = current
  return (
    <div className="markdown" data-growing={growing || undefined}>
      {inPlace(blocks).map(({ each, place, last }) => (
        <BlockView key={place} block={each} definitions={definitions} unfinished={growing && last} />
      ))}
    </div>
  )
}

function BlockView({
  block,
  definitions,
  unfinished,
}: {
  block: Block
  definitions: Map<string, string>
  unfinished: boolean
}) {
  const { code, list, raw, isTable } = block
  if (code) return <CodeBlock language={code.language} text={code.text} />
  if (list) return <ListBlock list={list} definitions={definitions} unfinished={unfinished} />
  return (
    <div dir="auto" className="block">
      <Source text={withDefinitions(raw, definitions)} unfinished={unfinished} isTable={isTable} />
    </div>
  )
}

function ListBlock({
  list,
  definitions,
  unfinished,
}: {
  list: NonNullable<Block['list']>
  definitions: Map<string, string>
  unfinished: boolean
}) {
  const items = inPlace(list.items).map(({ each, place, last }) => (
    <Item key={place} text={withDefinitions(each, definitions)} unfinished={unfinished && last} />
  ))
  return (
    <div dir="auto" className="block">
      {list.ordered ? <ol start={list.start}>{items}</ol> : <ul>{items}</ul>}
    </div>
  )
}

/** One item, parsed as a list of its own whose outer element is left away. */
const Item = memo(function Item({ text, unfinished }: { text: string; unfinished: boolean }) {
  return (
    <ItemContext value={true}>
      <Source text={text} unfinished={unfinished} isTable={false} />
    </ItemContext>
  )
})

/** Blocks and items are only ever appended, so their place is their identity. */
function inPlace<T>(list: T[]): { each: T; place: number; last: boolean }[] {
  return list.map((each, place) => ({ each, place, last: place === list.length - 1 }))
}

/** A source with the definitions of the link references in it, which stand in blocks of their own. */
function withDefinitions(source: string, definitions: Map<string, string>): string {
  const used = [...definitions].filter(([tag]) => source.toLowerCase().includes(`[${tag}]`))
  return used.length === 0 ? source : `${source}\n\n${used.map(([, definition]) => definition).join('\n')}`
}
