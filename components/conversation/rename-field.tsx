'use client'
import { useEffect, useRef, useState } from 'react'

/** Edits a title in place: Enter and blur save, Escape cancels. */
export function RenameField({
  title,
  onSave,
  onClose,
}: {
  title: string
  onSave(title: string): void
  onClose(): void
}) {
  const [text, setText] = useState(title)
  const field = useRef<HTMLInputElement>(null)
  const closed = useRef(false)
  useEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])
  const close = (save: boolean) => {
    if (closed.current) return
    closed.current = true
    const next = text.trim()
    if (save && next !== '' && next !== title) onSave(next)
    onClose()
  }
  return (
    <input
      ref={field}
      aria-label="Title"
      dir="auto"
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => close(true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') close(true)
        if (event.key === 'Escape') {
          event.preventDefault()
          close(false)
        }
      }}
      className="h-full w-full min-w-0 rounded-small border border-accent bg-surface px-2 text-small touch:text-body outline-none"
    />
  )
}
