'use client'
import { memo, useRef } from 'react'
import ReactMarkdown, { type Options } from 'react-markdown'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { type Block, nothing, split } from './blocks'
import { CodeBlock } from './code-block'
import { elements } from './elements'
import { escapeFootnotes, htmlAsText, safeAddress, schema } from './safety'

const remarkPlugins: Options['remarkPlugins'] = [remarkGfm, htmlAsText]
/** Last, so that nothing another plugin makes gets past it. */
const rehypePlugins: Options['rehypePlugins'] = [[rehypeSanitize, schema]]

/**
 * A reply's markdown. It is rendered block by block: a finished block is never rendered again, so its nodes, and a
 * selection in them, stay while the rest arrives.
 */
export function Markdown({ text, growing }: { text: string; growing: boolean }) {
  const before = useRef(nothing)
  // When the reply is whole it is split once more from the start: only then can nothing later change a block.
  const current = split(text, growing ? before.current : nothing)
  before.current = current
  const { blocks, definitions } = current
  return (
    <div className="markdown" data-growing={growing || undefined}>
      {blocks.map((block, index) => {
        const place = index
        return block.code ? (
          <CodeBlock key={place} language={block.code.language} text={block.code.text} />
        ) : (
          <TextBlock key={place} source={withDefinitions(block, definitions)} />
        )
      })}
    </div>
  )
}

const TextBlock = memo(function TextBlock({ source }: { source: string }) {
  return (
    <div dir="auto" className="block">
      <ReactMarkdown
        remarkPlugins={remarkPlugins}
        rehypePlugins={rehypePlugins}
        components={elements}
        urlTransform={safeAddress}
      >
        {source}
      </ReactMarkdown>
    </div>
  )
})

/** A block's source with the definitions of the link references in it, which stand in blocks of their own. */
function withDefinitions({ raw }: Block, definitions: Map<string, string>): string {
  const source = escapeFootnotes(raw)
  const used = [...definitions].filter(([tag]) => source.toLowerCase().includes(`[${tag}]`))
  return used.length === 0 ? source : `${source}\n\n${used.map(([, definition]) => definition).join('\n')}`
}
