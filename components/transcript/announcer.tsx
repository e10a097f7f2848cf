'use client'
import { useEffect, useRef, useState } from 'react'
import { statusLabel } from '@/components/message/reply-status'
import type { GenerationStatus } from '@/lib/protocol/events'

/**
 * Live regions for screen readers: that a reply started, how it ended, and its problem. Silent when a conversation opens
 * or the branch changes: only a reply that ran while this was mounted is announced.
 */
export function Announcer({
  running,
  generationId,
  status,
  problem,
}: {
  /** A reply runs, or its prompt is being sent. A reply that fails fast is never seen running itself. */
  running: boolean
  generationId: string | null
  status: GenerationStatus | null
  problem: string | null
}) {
  const wasRunning = useRef(false)
  const lastGenerationId = useRef<string | null>(null)
  const [announcement, setAnnouncement] = useState('')
  useEffect(() => {
    if (running) {
      wasRunning.current = true
      setAnnouncement(statusLabel('running'))
      return
    }
    const isNew = generationId !== lastGenerationId.current
    if (wasRunning.current) setAnnouncement(status && isNew ? statusLabel(status) : '')
    wasRunning.current = false
    lastGenerationId.current = generationId
  }, [running, generationId, status])
  const hasEnded = announcement !== '' && announcement !== statusLabel('running')
  return (
    <>
      <div role="status" aria-live="polite" className="sr-only">
        {announcement}
      </div>
      <div role="alert" className="sr-only">
        {hasEnded && problem ? problem : ''}
      </div>
    </>
  )
}
