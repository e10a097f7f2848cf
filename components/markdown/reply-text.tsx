'use client'
import { Component, type ComponentProps, type ReactNode, useEffect, useState } from 'react'
import type { Markdown as MarkdownComponent } from './markdown'
import { useMarkdown } from './use-markdown'

/** A reply's text as rendered markdown, or as plain text until the renderer is loaded and where it fails. */
export function ReplyText(props: ComponentProps<typeof MarkdownComponent>) {
  const Markdown = useMarkdown()
  const plain = <PlainText {...props} />
  if (!Markdown) return plain
  return (
    <PlainOnFailure plain={plain}>
      <Markdown {...props} />
    </PlainOnFailure>
  )
}

/** A longer text shows its end first, which is where a reply is opened. */
const PLAIN_TAIL_CHARACTERS = 8000
/** How long to wait for the renderer before the whole text is shown unformatted. */
const RENDERER_TIMEOUT_MS = 3000

function PlainText({ text, growing }: ComponentProps<typeof MarkdownComponent>) {
  const [whole, setWhole] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setWhole(true), RENDERER_TIMEOUT_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div dir="auto" data-growing={growing || undefined} className="plain whitespace-pre-wrap wrap-anywhere">
      {whole ? text : text.slice(-PLAIN_TAIL_CHARACTERS)}
    </div>
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
