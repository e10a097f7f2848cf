'use client'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useDeferredValue, useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { findSlotId } from '@/components/page/header'
import { IconButton } from '@/components/ui/button'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { isCommand } from '@/components/ui/keys'
import { useFind } from './use-find'
import { findBoxId, focusAndSelect } from './use-find-bar'

/** By what has become of the earlier messages. */
const noneFound = {
  here: 'No matches',
  loading: 'No matches yet',
  failed: 'No matches. Couldn’t load earlier messages.',
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
    focusAndSelect(box.current)
  }, [])
  const close = () => {
    onClose()
    const to = before.current
    // Opened from a menu, it has taken the focus from nothing.
    if (to instanceof HTMLElement && to !== document.body && to.isConnected) to.focus({ preventScroll: true })
    else focusComposerOrTranscript()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const again = isCommand(event.nativeEvent) && event.key.toLowerCase() === 'g'
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' || event.key === 'F3' || again) go(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const none = query.trim() !== '' && finds.length === 0
  const missing = none && earlier === 'failed'
  const slot = document.getElementById(findSlotId)
  if (!slot) return null
  return createPortal(
    <search className="max-sm:absolute max-sm:inset-x-2 max-sm:bottom-1">
      <div
        role="none"
        onKeyDown={onKeyDown}
        className="ms-auto flex h-10 touch:h-12 items-center rounded-medium border border-line-strong bg-surface px-0.5 focus-within:border-accent sm:max-w-88"
      >
        <input
          ref={box}
          id={findBoxId}
          type="text"
          dir="auto"
          aria-label="Find in conversation"
          placeholder="Find in conversation"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={query}
          aria-invalid={none && earlier === 'here'}
          onChange={(event) => setQuery(event.target.value)}
          className="h-full min-w-0 grow bg-transparent ps-2.5 pe-1 text-small touch:text-body outline-none aria-invalid:text-danger"
        />
        <span
          role="status"
          // Words that are too long for the line get one of their own below.
          className={`numbers text-ink-quiet text-note ${missing ? 'absolute end-4 top-full z-10 rounded-small border border-line bg-surface px-2 py-1' : 'shrink-0 px-1'}`}
        >
          {query.trim() === '' ? '' : none ? noneFound[earlier] : `${at < 0 ? '' : `${at + 1} of `}${finds.length}`}
        </span>
        <IconButton label="Previous match" keys="Shift+Enter" disabled={finds.length === 0} onClick={() => go(-1)}>
          <ChevronUp size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label="Next match" keys="Enter" disabled={finds.length === 0} onClick={() => go(1)}>
          <ChevronDown size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label="Close" keys="Escape" onClick={close}>
          <X size={16} aria-hidden="true" />
        </IconButton>
      </div>
    </search>,
    slot,
  )
}
