'use client'
import { useEffect, useRef, useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { Button } from './button'

/** Asks for confirmation in place before something is removed for good. Focus starts on Cancel; Escape cancels. */
export function Confirmation({
  question,
  action,
  onConfirm,
  onCancel,
}: {
  question: string
  /** The verb on the button, e.g. Delete. */
  action: string
  /** If it rejects, the problem is shown and the confirmation stays open. */
  onConfirm(): Promise<void>
  onCancel(): void
}) {
  const [problem, setProblem] = useState<string | null>(null)
  const [pending, setPending] = useState(false)
  const cancelButton = useRef<HTMLButtonElement>(null)
  useEffect(() => cancelButton.current?.focus(), [])
  const confirm = async () => {
    if (pending) return
    setPending(true)
    try {
      await onConfirm()
    } catch (error) {
      setProblem(problemFrom(error).message)
      setPending(false)
    }
  }
  return (
    <fieldset
      aria-label={question}
      onKeyDown={({ key }) => {
        if (key === 'Escape') onCancel()
      }}
      className="text-small"
    >
      <p className="max-w-measure wrap-anywhere">{question}</p>
      <p role="alert" className="max-w-measure text-danger">
        {problem}
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button ref={cancelButton} onClick={onCancel}>
          Cancel
        </Button>
        <Button variant="danger" aria-disabled={pending} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </fieldset>
  )
}
