'use client'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { ReplyText } from '@/components/markdown/reply-text'
import { ElapsedSeconds, formatSeconds } from '@/components/ui/elapsed-seconds'

/** The person's last choice, so that who wants to read along opens it once, not for every reply. */
let openByChoice = false

/**
 * What a model thought before it answered: folded, and only ever opened or closed by the person, unless it never came to an
 * end, or no reply followed, and it is all there is to read. `since`, in epoch ms, is where that began, if it is known. `took`, in milliseconds, is
 * not known of what a crash cut off.
 */
export function Reasoning({
  text,
  growing,
  since,
  took,
  unanswered = false,
}: {
  text: string
  growing: boolean
  since: number | undefined
  took: number | undefined
  unanswered?: boolean
}) {
  const [chosen, setChosen] = useState<boolean | null>(openByChoice || null)
  const open = chosen ?? unanswered
  const panel = useId()
  const toggle = () => {
    openByChoice = !open
    setChosen(!open)
  }
  return (
    <div className="reasoning">
      <button type="button" aria-expanded={open} aria-controls={panel} onClick={toggle}>
        <ChevronRight size={16} aria-hidden="true" />
        {growing ? <Thinking since={since} before={took} /> : `Thought${took ? ` for ${formatSeconds(took)}` : 's'}`}
        {unanswered ? <span>, unfinished: no reply followed</span> : null}
      </button>
      <div id={panel} hidden={!open}>
        {/* Nobody reads what is folded, and there may be much of it. */}
        {open ? <ReplyText text={text} growing={growing} /> : null}
      </div>
    </div>
  )
}

/** Counts from when the page first saw it, where it is not known since when. What is gone on with has taken its time before. */
function Thinking({ since, before = 0 }: { since: number | undefined; before: number | undefined }) {
  const [began] = useState(() => (since ?? Date.now()) - before)
  return (
    <span>
      Thinking
      <ElapsedSeconds since={began} />
    </span>
  )
}
