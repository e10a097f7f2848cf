'use client'
import { ArrowDown } from 'lucide-react'
import { tooltip } from '@/components/ui/tooltip'

/** Floats over the end of the transcript while that is out of view; a dot marks new text. */
export function JumpToLatest({ hasNewText, onClick }: { hasNewText: boolean; onClick(): void }) {
  return (
    <div className="gutter pointer-events-none absolute inset-x-0 -bottom-6">
      <div className="column flex justify-end px-1 pt-6 pb-9">
        <button
          type="button"
          aria-label={hasNewText ? 'Jump to latest (new text)' : 'Jump to latest'}
          {...tooltip('Jump to latest', { side: 'above' })}
          onClick={onClick}
          className="pointer-events-auto relative flex size-9 touch:size-11 items-center justify-center rounded-full border border-line bg-surface text-ink-quiet shadow-float transition-colors hover:text-ink"
        >
          <ArrowDown size={18} aria-hidden="true" />
          {hasNewText ? <span className="absolute end-0 top-0 size-2.5 rounded-full bg-accent" /> : null}
        </button>
      </div>
    </div>
  )
}
