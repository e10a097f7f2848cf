'use client'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { Seconds } from '@/components/ui/seconds'

/** The person's last choice, so that who wants to read along opens it once, not for every reply. */
let openByChoice = false

/** What a model thought before it answered: folded, and only ever opened or closed by the person. */
export function Reasoning({ text, thinkingSince }: { text: string; thinkingSince: number | null }) {
  const [open, setOpen] = useState(openByChoice)
  const panel = useId()
  const toggle = () => {
    openByChoice = !open
    setOpen(!open)
  }
  return (
    <div className="text-small text-ink-quiet">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={toggle}
        className="-ms-1 flex h-8 touch:h-11 items-center gap-1 rounded-small pe-2 hover:text-ink"
      >
        <ChevronRight size={16} aria-hidden="true" className={`transition-transform ${open ? 'rotate-90' : ''}`} />
        {thinkingSince === null ? (
          'Thoughts'
        ) : (
          <span>
            Thinking
            <Seconds since={thinkingSince} />
          </span>
        )}
      </button>
      <div
        id={panel}
        hidden={!open}
        dir="auto"
        className="mt-1 mb-3 max-w-measure whitespace-pre-wrap border-line border-s ps-3 wrap-anywhere"
      >
        {text}
      </div>
    </div>
  )
}
