'use client'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useDeferredValue, useEffect, useRef, useState } from 'react'
import { IconButton } from '@/components/ui/button'
import { useFind } from './use-find'
import { boxId, focusOn } from './use-find-bar'

/** By what has become of the earlier messages. */
const noneFound = {
  here: 'None found',
  loading: 'None found yet',
  failed: 'None found. Earlier messages could not be loaded.',
}

/** Finds words in the whole conversation, also in messages that are not mounted. */
export function FindBar({
  selected,
  path,
  earlier,
  content,
  bring,
  onClose,
}: {
  selected: string
  path: string[]
  earlier: keyof typeof noneFound
  content: RefObject<HTMLElement | null>
  bring(messageId: string): Promise<HTMLElement | null>
  onClose(): void
}) {
  const [query, setQuery] = useState(selected)
  const box = useRef<HTMLInputElement>(null)
  const before = useRef<Element | null>(null)
  const { finds, at, go } = useFind(useDeferredValue(query), path, content, bring)
  useEffect(() => {
    before.current = document.activeElement
    focusOn(box.current)
  }, [])
  const close = () => {
    onClose()
    if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const again = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'g'
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' || event.key === 'F3' || again) go(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const none = query.trim() !== '' && finds.length === 0
  const missing = none && earlier === 'failed'
  return (
    <search className="gutter pointer-events-none absolute inset-x-0 top-0 z-10">
      <div className="column flex justify-end">
        <div
          role="none"
          onKeyDown={onKeyDown}
          className={`pointer-events-auto mt-1 flex max-w-full items-center gap-1 rounded-medium border border-line bg-surface p-1 shadow-float ${missing ? 'flex-wrap max-sm:w-full' : ''}`}
        >
          <input
            ref={box}
            id={boxId}
            type="text"
            aria-label="Find in conversation"
            placeholder="Find in conversation"
            autoComplete="off"
            spellCheck={false}
            value={query}
            aria-invalid={none && earlier === 'here'}
            onChange={(event) => setQuery(event.target.value)}
            className={`h-8 touch:h-11 min-w-0 grow rounded-small bg-transparent px-2 text-small touch:text-body outline-none aria-invalid:text-danger ${missing ? 'max-sm:w-28' : ''}`}
          />
          <span
            role="status"
            // Words that are too long for the line get one of their own, and leave the box as wide as it is.
            className={`numbers px-1 text-ink-quiet text-note ${missing ? 'order-last w-0 min-w-full' : 'shrink-0'}`}
          >
            {query.trim() === '' ? '' : none ? noneFound[earlier] : `${at < 0 ? '' : `${at + 1} of `}${finds.length}`}
          </span>
          <IconButton label="Previous place" disabled={finds.length === 0} onClick={() => go(-1)}>
            <ChevronUp size={16} aria-hidden="true" />
          </IconButton>
          <IconButton label="Next place" disabled={finds.length === 0} onClick={() => go(1)}>
            <ChevronDown size={16} aria-hidden="true" />
          </IconButton>
          <IconButton label="Close the search" onClick={close}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      </div>
    </search>
  )
}
