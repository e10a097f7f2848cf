'use client'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { ReplyText } from '@/components/markdown/reply-text'
import { formatSeconds, Seconds } from '@/components/ui/seconds'

/** The person's last choice, so that who wants to read along opens it once, not for every reply. */
let openByChoice = false

/**
 * What a model thought before it answered: folded, and only ever opened or closed by the person. `took`, in milliseconds,
 * is not known of what a crash cut off.
 */
export function Reasoning({
  text,
  thinkingSince,
  took,
}: {
  text: string
  thinkingSince: number | null
  took: number | undefined
}) {
  const [open, setOpen] = useState(openByChoice)
  const panel = useId()
  const toggle = () => {
    openByChoice = !open
    setOpen(!open)
  }
  return (
    <div className="reasoning">
      <button type="button" aria-expanded={open} aria-controls={panel} onClick={toggle}>
        <ChevronRight size={16} aria-hidden="true" />
        {thinkingSince === null ? (
          `Thought${took ? ` for ${formatSeconds(took)}` : 's'}`
        ) : (
          <span>
            Thinking
            <Seconds since={thinkingSince} />
          </span>
        )}
      </button>
      <div id={panel} hidden={!open}>
        {/* Nobody reads what is folded, and there may be much of it. */}
        {open ? <ReplyText text={text} growing={thinkingSince !== null} /> : null}
      </div>
    </div>
  )
}
