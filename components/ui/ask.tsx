'use client'
import { useEffect, useRef, useState } from 'react'
import { problemFrom } from '@/lib/client/transport/api-calls'
import { Button } from './button'

/** Asks in place before something is removed that nothing brings back. The focus begins on Cancel; Escape is the same. */
export function Ask({
  question,
  action,
  onConfirm,
  onCancel,
}: {
  question: string
  /** The verb on the button, e.g. Delete. */
  action: string
  /** What it throws is shown. */
  onConfirm(): Promise<void>
  onCancel(): void
}) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const [working, setWorking] = useState(false)
  const cancel = useRef<HTMLButtonElement>(null)
  useEffect(() => cancel.current?.focus(), [])
  const confirm = async () => {
    if (working) return
    setWorking(true)
    try {
      await onConfirm()
    } catch (error) {
      setRefusal(problemFrom(error).message)
      setWorking(false)
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
        {refusal}
      </p>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button ref={cancel} onClick={onCancel}>
          Cancel
        </Button>
        <Button look="danger" aria-disabled={working} onClick={() => void confirm()}>
          {action}
        </Button>
      </div>
    </fieldset>
  )
}
