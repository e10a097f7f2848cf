'use client'
import { PromptText } from '@/components/message/prompt'
import { StreamLine } from '@/components/ui/stream/stream-line'
import type { TurnRequest } from '@/lib/client/state/types'

/** A prompt being sent, or the place of a reply being regenerated. A continued reply shows its own state. */
export function Sending({ request, delayed }: { request: TurnRequest; delayed: string | null }) {
  if (request.kind === 'continue') return null
  return (
    <>
      {request.kind === 'answer' ? (
        <div className="flex flex-col items-end">
          <PromptText text={request.text} />
          <div className="h-8 touch:h-11" />
        </div>
      ) : null}
      <div className="relative">
        <StreamLine status="running" paused={delayed !== null} className="inset-y-1 -start-3 sm:-start-5" />
        <p className="flex min-h-8 touch:min-h-11 items-center text-small text-ink-quiet">{delayed ?? 'Sending'}</p>
      </div>
    </>
  )
}
