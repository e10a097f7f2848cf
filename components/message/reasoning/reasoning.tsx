'use client'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { ReplyText } from '@/components/markdown/reply-text'
import { ElapsedSeconds, formatSeconds } from '@/components/ui/elapsed-seconds'

/** The user's last choice, which later replies start with. */
let openByChoice = false

/** A model's reasoning: folded until the user opens it, except when it is all there is, because no text followed. */
export function Reasoning({
  text,
  growing,
  startedAt,
  durationMs,
  unanswered = false,
}: {
  text: string
  growing: boolean
  /** In epoch ms; undefined if unknown. */
  startedAt: number | undefined
  /** While growing, of the earlier runs that this one continues; undefined if a crash interrupted it. */
  durationMs: number | undefined
  unanswered?: boolean
}) {
  const [chosen, setChosen] = useState<boolean | null>(openByChoice || null)
  const open = chosen ?? unanswered
  const panelId = useId()
  const toggle = () => {
    openByChoice = !open
    setChosen(!open)
  }
  return (
    <div className="reasoning">
      <button type="button" aria-expanded={open} aria-controls={panelId} onClick={toggle}>
        <ChevronRight size={16} aria-hidden="true" />
        {growing ? (
          <Thinking startedAt={startedAt} earlierMs={durationMs} />
        ) : (
          `Thought${durationMs ? ` for ${formatSeconds(durationMs)}` : 's'}`
        )}
        {unanswered ? <span>, unfinished: no reply followed</span> : null}
      </button>
      <div id={panelId} hidden={!open}>
        {/* Reasoning can be long, and most of it is never opened. */}
        {open ? <ReplyText text={text} growing={growing} /> : null}
      </div>
    </div>
  )
}

/** Counts from `startedAt`, or from the first render if that is unknown, and adds the time of earlier runs. */
function Thinking({ startedAt, earlierMs = 0 }: { startedAt: number | undefined; earlierMs: number | undefined }) {
  const [since] = useState(() => (startedAt ?? Date.now()) - earlierMs)
  return (
    <span>
      Thinking
      <ElapsedSeconds since={since} />
    </span>
  )
}
