import type { GenerationStatus } from '@/lib/protocol/events'

/** Rill's one decoration: the line beside a reply, and in short the live mark of a conversation. Words always say the same. */
export function StreamLine({ status, className }: { status: GenerationStatus; className: string }) {
  return (
    <span aria-hidden="true" data-status={status} className={`stream ${className}`}>
      {status === 'running' ? <span className="stream-flow" /> : null}
    </span>
  )
}
