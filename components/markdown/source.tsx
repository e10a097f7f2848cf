'use client'
import { memo } from 'react'
import ReactMarkdown, { type Options } from 'react-markdown'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { elements } from './elements'
import { escapeFootnotes, htmlAsText, safeAddress, schema } from './safety'
import { closeOpenMarks, withoutHalves } from './unfinished'

const finished: Options['remarkPlugins'] = [remarkGfm, htmlAsText]
const whileWriting: Options['remarkPlugins'] = [...finished, closeOpenMarks]
/** Last, so that nothing another plugin makes gets past it. */
const rehypePlugins: Options['rehypePlugins'] = [[rehypeSanitize, schema]]

/** A piece of markdown, parsed and shown. The same piece is never parsed twice. */
export const Source = memo(function Source({
  text,
  unfinished,
  isTable,
}: {
  text: string
  unfinished: boolean
  isTable: boolean
}) {
  const whole = escapeFootnotes(text)
  return (
    <ReactMarkdown
      remarkPlugins={unfinished ? whileWriting : finished}
      rehypePlugins={rehypePlugins}
      components={elements}
      urlTransform={safeAddress}
    >
      {unfinished ? withoutHalves(whole, isTable) : whole}
    </ReactMarkdown>
  )
})
