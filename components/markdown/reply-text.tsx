'use client'
import { Component, type ReactNode, useDeferredValue } from 'react'
import { useMarkdown } from './use-markdown'

/** In characters. A text longer than this is first shown plain, then rendered without holding up the page. */
const longText = 20_000

/** A reply's text: rendered markdown, or the plain text until the renderer is here and wherever it fails. */
export function ReplyText({ text, growing }: { text: string; growing: boolean }) {
  const Markdown = useMarkdown()
  const render = useDeferredValue(true, text.length < longText)
  const plain = (
    <div
      dir="auto"
      data-growing={growing || undefined}
      className="plain max-w-measure whitespace-pre-wrap wrap-anywhere"
    >
      {text}
    </div>
  )
  if (!Markdown || !render) return plain
  return (
    <PlainOnFailure plain={plain}>
      <Markdown text={text} growing={growing} />
    </PlainOnFailure>
  )
}

class PlainOnFailure extends Component<{ plain: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }
  static getDerivedStateFromError() {
    return { failed: true }
  }
  override render() {
    return this.state.failed ? this.props.plain : this.props.children
  }
}
