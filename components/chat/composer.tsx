'use client'
import { ArrowUp, Square } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { touchScreen, useMedia } from '@/components/ui/use-media'
import { answerToKey } from './composer-keys'
import { useGrowingHeight } from './use-growing-height'

/** The element id of the text box; the shell's key for it and the starters find it by this. */
export const composerId = 'composer'

export function focusComposer(): void {
  document.getElementById(composerId)?.focus()
}

export interface ComposerProps {
  /** The box takes the focus when this changes: another conversation has come up. */
  place: string
  text: string
  /** Why the text cannot be sent now, in words; null when it can. */
  hindrance: string | null
  running: boolean
  stopping: boolean
  enterSends: boolean
  lastPrompt: string | null
  onText(text: string): void
  onSend(): void
  onStop(): void
  /** The model picker, and what stands by it. */
  children: ReactNode
}

/** Where a prompt is written. Send and Stop are one button in one place. */
export function Composer(props: ComposerProps) {
  const { place, text, running, lastPrompt } = props
  const box = useRef<HTMLTextAreaElement>(null)
  const touch = useMedia(touchScreen)
  const reason = useId()
  const empty = text.trim() === ''
  const hindrance = props.hindrance ?? (empty ? 'Write a message first.' : null)
  useGrowingHeight(box, text)

  const focusedAt = useRef<string | null>(null)
  useEffect(() => {
    if (focusedAt.current === place) return
    focusedAt.current = place
    if (!window.matchMedia(touchScreen).matches) box.current?.focus({ preventScroll: true })
  }, [place])

  // What was typed before the page was awake is in the box, and known to nobody.
  const awake = useRef(false)
  const { onText } = props
  useEffect(() => {
    const typed = box.current?.value ?? ''
    if (!awake.current && typed !== text) onText(typed)
    awake.current = true
  }, [text, onText])

  // The button is in the way of the next thing to write; on touch, focus would bring up the keyboard.
  const backToBox = () => {
    if (!touch) box.current?.focus({ preventScroll: true })
  }
  const send = () => {
    if (running || hindrance) return
    props.onSend()
    backToBox()
  }
  const stop = () => {
    props.onStop()
    backToBox()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { isComposing, keyCode } = event.nativeEvent
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event
    const answer = answerToKey(
      { key, shiftKey, ctrlKey, metaKey, altKey, isComposing, keyCode },
      { empty: text === '', enterSends: props.enterSends, touch },
    )
    if (answer === 'none' || (answer === 'recall' && lastPrompt === null)) return
    event.preventDefault()
    if (answer === 'send') send()
    else if (lastPrompt !== null) props.onText(lastPrompt)
  }

  return (
    <div className="rounded-large border border-line-strong bg-surface transition-colors focus-within:border-accent">
      <textarea
        ref={box}
        id={composerId}
        aria-label="Message"
        placeholder="Write a message"
        dir="auto"
        rows={1}
        enterKeyHint={touch ? 'enter' : 'send'}
        value={text}
        onChange={(event) => props.onText(event.target.value)}
        onKeyDown={onKeyDown}
        className="block field-sizing-content max-h-[min(14.25rem,35dvh)] w-full resize-none overflow-y-auto bg-transparent px-4 pt-3 pb-1 outline-none"
      />
      <div className="flex items-center justify-between gap-2 p-2 ps-2.5">
        <div className="flex min-w-0 items-center gap-1.5">{props.children}</div>
        {running ? (
          <button
            type="button"
            aria-label="Stop"
            title={props.stopping ? 'Stopping' : 'Stop (Esc)'}
            onClick={stop}
            className={round}
          >
            <Square size={13} fill="currentColor" aria-hidden="true" />
          </button>
        ) : (
          // Not a form's: pressed before the page is awake, that would load the page anew without the text.
          <button
            type="button"
            aria-label="Send"
            title={hindrance ?? 'Send'}
            onClick={send}
            aria-disabled={hindrance !== null}
            aria-describedby={hindrance ? reason : undefined}
            className={`${round} aria-disabled:bg-surface-pressed aria-disabled:text-ink-quiet`}
          >
            <ArrowUp size={19} aria-hidden="true" />
          </button>
        )}
        <span id={reason} hidden>
          {hindrance}
        </span>
      </div>
    </div>
  )
}

const round =
  'inline-flex size-9 touch:size-11 shrink-0 items-center justify-center rounded-full bg-accent text-accent-ink transition-colors hover:not-aria-disabled:bg-accent/90'
