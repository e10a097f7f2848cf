'use client'
import { useEffect, useRef, useState } from 'react'
import type { GenerationStatus } from '@/lib/protocol/events'
import { announcement } from './endings'

/**
 * What a screen reader hears of a reply: that it began, how it ended, and at once what went wrong. Only changes
 * that happen while a conversation is open are said, so opening an old one is silent.
 */
export function Announcer({
  generationId,
  status,
  problem,
}: {
  generationId: string | null
  status: GenerationStatus | null
  problem: string | null
}) {
  const seen = useRef<string | null>(null)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (generationId === null || status === null) return
    if (status === 'running') {
      seen.current = generationId
      setSaid(announcement('running'))
    } else if (seen.current === generationId) {
      seen.current = null
      setSaid(announcement(status))
    }
  }, [generationId, status])
  const ended = said !== '' && said !== announcement('running')
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
