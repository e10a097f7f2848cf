'use client'
import { useEffect, useRef, useState } from 'react'
import { statusLabel } from '@/components/message/reply-status'
import type { GenerationStatus } from '@/lib/protocol/events'

/**
 * What a screen reader hears of a reply: that it began, how it ended, and at once what went wrong. Only a reply that
 * was waited for while the conversation was open is spoken of, so opening an old one is silent, and so is a branch.
 */
export function Announcer({
  running,
  generationId,
  status,
  problem,
}: {
  /** A reply is on its way, or its prompt is. One that fails fast is never seen running itself. */
  running: boolean
  generationId: string | null
  status: GenerationStatus | null
  problem: string | null
}) {
  const waited = useRef(false)
  /** The reply that was there before. */
  const known = useRef<string | null>(null)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (running) {
      waited.current = true
      setSaid(statusLabel('running'))
      return
    }
    if (waited.current) setSaid(status && generationId !== known.current ? statusLabel(status) : '')
    waited.current = false
    known.current = generationId
  }, [running, generationId, status])
  const ended = said !== '' && said !== statusLabel('running')
  return (
    <>
      <div role="status" aria-live="polite" className="sr-only">
        {said}
      </div>
      <div role="alert" className="sr-only">
        {ended && problem ? problem : ''}
      </div>
    </>
  )
}
