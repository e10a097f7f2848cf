'use client'
import { Component, type ReactNode, useEffect, useState } from 'react'
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

/** In characters. Of a longer text the end is shown first: that is where it is opened. */
const long = 8000
/** In milliseconds. If there is no renderer by then, there will hardly be one, and the whole text is shown without. */
const patience = 3000

function Plain({ text, growing }: { text: string; growing: boolean }) {
  const [whole, setWhole] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setWhole(true), patience)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div
      dir="auto"
      data-growing={growing || undefined}
      className="plain max-w-measure whitespace-pre-wrap wrap-anywhere"
    >
      {whole ? text : text.slice(-long)}
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
