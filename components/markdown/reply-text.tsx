'use client'
import { Component, type ReactNode } from 'react'
import { useMarkdown } from './use-markdown'

/** A reply's text: rendered markdown, or the plain text until the renderer is here and wherever it fails. */
export function ReplyText({ text, growing }: { text: string; growing: boolean }) {
  const Markdown = useMarkdown()
  const plain = <Plain text={text} growing={growing} />
  if (!Markdown) return plain
  return (
    <PlainOnFailure plain={plain}>
      <Markdown text={text} growing={growing} />
    </PlainOnFailure>
  )
}

function Plain({ text, growing }: { text: string; growing: boolean }) {
  return (
    <div
      dir="auto"
      data-growing={growing || undefined}
      className="plain max-w-measure whitespace-pre-wrap wrap-anywhere"
    >
      {text}
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
