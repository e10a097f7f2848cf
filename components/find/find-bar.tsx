'use client'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useDeferredValue, useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { findSlotId } from '@/components/page/header'
import { IconButton } from '@/components/ui/button'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { isCommand } from '@/components/ui/keys'
import { useFind } from './use-find'
import { findInputId, focusAndSelect } from './use-find-bar'

/** By the state of the earlier messages. */
const noMatchesText = {
  here: 'No matches',
  loading: 'No matches yet',
  failed: 'No matches. Couldn’t load earlier messages.',
}

/** Finds words in the whole conversation, including messages that aren't mounted. */
export function FindBar({
  selected: initialQuery,
  path,
  earlier,
  content,
  goToMessage,
  onClose,
}: {
  /** The first query: the text that was selected. */
  selected: string
  path: string[]
  earlier: keyof typeof noMatchesText
  content: RefObject<HTMLElement | null>
  goToMessage(messageId: string): Promise<HTMLElement | null>
  onClose(): void
}) {
  const [query, setQuery] = useState(initialQuery)
  const input = useRef<HTMLInputElement>(null)
  const focusBefore = useRef<Element | null>(null)
  const { matches, selected, step } = useFind(useDeferredValue(query), path, content, goToMessage)
  useEffect(() => {
    focusBefore.current = document.activeElement
    focusAndSelect(input.current)
  }, [])
  const close = () => {
    onClose()
    const target = focusBefore.current
    // Opened from a menu, it took the focus from the body.
    if (target instanceof HTMLElement && target !== document.body && target.isConnected)
      target.focus({ preventScroll: true })
    else focusComposerOrTranscript()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // A tooltip took it.
    if (event.defaultPrevented) return
    const isFindNext = isCommand(event.nativeEvent) && event.key.toLowerCase() === 'g'
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' || event.key === 'F3' || isFindNext) step(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const noMatches = query.trim() !== '' && matches.length === 0
  const isLong = noMatches && earlier === 'failed'
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
          ref={input}
          id={findInputId}
          type="text"
          dir="auto"
          aria-label="Find in conversation"
          placeholder="Find in conversation"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={query}
          aria-invalid={noMatches && earlier === 'here'}
          onChange={(event) => setQuery(event.target.value)}
          className="h-full min-w-0 grow bg-transparent ps-2.5 pe-1 text-small touch:text-body outline-none aria-invalid:text-danger"
        />
        <span
          role="status"
          // Text that is too long for the bar goes below it.
          className={`tabular-nums text-ink-quiet text-note ${isLong ? 'absolute end-4 top-full z-10 rounded-small border border-line bg-surface px-2 py-1' : 'shrink-0 px-1'}`}
        >
          {query.trim() === '' ? '' : noMatches ? noMatchesText[earlier] : formatCount(selected, matches.length)}
        </span>
        <IconButton label="Previous match" keys="Shift+Enter" disabled={matches.length === 0} onClick={() => step(-1)}>
          <ChevronUp size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label="Next match" keys="Enter" disabled={matches.length === 0} onClick={() => step(1)}>
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

/** `12`, or `3 of 12` once a match is selected. */
function formatCount(selected: number, count: number): string {
  return selected < 0 ? `${count}` : `${selected + 1} of ${count}`
}
