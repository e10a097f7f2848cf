'use client'
import { ArrowUp, Square } from 'lucide-react'
import { useEffect, useState } from 'react'
import { tooltip } from '@/components/ui/tooltip'

/** A click this soon after Send became Stop, or Stop Send, was meant for the former. */
const IGNORE_CLICKS_MS = 500

const roundButton =
  'inline-flex size-9 touch:size-11 shrink-0 items-center justify-center rounded-full transition-colors'

/**
 * Send, or Stop while a reply runs: the same element, so that it keeps the focus. Not a submit button: before hydration
 * that would reload the page and lose the text.
 */
export function SendButton({
  running,
  stopping,
  disabledReason,
  reasonId,
  onSend,
  onStop,
}: {
  running: boolean
  stopping: boolean
  disabledReason: string | null
  /** The id of the element that holds `disabledReason`. */
  reasonId: string
  /** Also called while there is a `disabledReason`. */
  onSend(): void
  onStop(): void
}) {
  const justChanged = useJustChanged(running)
  return running ? (
    <button
      type="button"
      aria-label="Stop"
      {...tooltip(stopping ? 'Stopping' : 'Stop', { keys: 'Escape', side: 'above' })}
      aria-disabled={justChanged}
      onClick={() => justChanged || onStop()}
      className={`${roundButton} bg-accent text-accent-ink hover:bg-accent/90`}
    >
      <Square size={13} fill="currentColor" aria-hidden="true" />
    </button>
  ) : (
    <button
      type="button"
      aria-label="Send"
      {...tooltip(disabledReason ?? 'Send', { side: 'above' })}
      onClick={() => justChanged || onSend()}
      aria-disabled={disabledReason !== null || justChanged}
      aria-describedby={disabledReason ? reasonId : undefined}
      className={`${roundButton} ${
        disabledReason ? 'bg-surface-pressed text-ink-quiet' : 'bg-accent text-accent-ink hover:bg-accent/90'
      }`}
    >
      <ArrowUp size={19} aria-hidden="true" />
    </button>
  )
}

function useJustChanged(running: boolean): boolean {
  const [settled, setSettled] = useState(running)
  useEffect(() => {
    if (settled === running) return
    const timer = setTimeout(() => setSettled(running), IGNORE_CLICKS_MS)
    return () => clearTimeout(timer)
  }, [settled, running])
  return settled !== running
}
