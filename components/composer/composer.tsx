'use client'
import { ArrowUp, Square } from 'lucide-react'
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { composerId, scrollTranscript } from '@/components/ui/composer-focus'
import { tooltip } from '@/components/ui/tooltip'
import { touchScreen, useMedia } from '@/components/ui/use-media'
import { keyAction, scrollsTranscript } from './composer-keys'
import { insertText } from './insert-text'
import { useAutosize } from './use-autosize'

/** In milliseconds: a press that comes sooner after the button became another was meant for the one before. */
const settlingMs = 500

export interface ComposerProps {
  /** The box takes the focus when this changes: another conversation has come up. */
  place: string
  text: string
  /** Why the text cannot be sent now, in words; null when it can. */
  disabledReason: string | null
  running: boolean
  stopping: boolean
  enterSends: boolean
  lastPrompt: string | null
  /** It has room for a second line before there is one. */
  roomy?: boolean
  onText(text: string): void
  onSend(): void
  /** The person wanted to send, and cannot: why. */
  onRefused(reason: string): void
  onStop(): void
  /** Files were pasted. */
  onFiles(): void
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
  const disabledReason = props.disabledReason ?? (empty ? 'Write a message first.' : null)
  const settling = useSettling(running)
  useAutosize(box, text)

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

  // The button is in the way of the next thing to write; on touch, the keyboard is in the way of the reply.
  const backToBox = () => {
    if (touch) box.current?.blur()
    else box.current?.focus({ preventScroll: true })
  }
  const send = () => {
    if (running && !empty)
      props.onRefused(`Wait for this reply to finish, or ${touch ? 'stop it' : 'press Esc to stop it'}.`)
    else if (!running && !disabledReason) props.onSend()
    else if (!running && props.disabledReason && !empty) props.onRefused(props.disabledReason)
    backToBox()
  }
  const stop = () => {
    props.onStop()
    backToBox()
  }
  const recall = (prompt: string) => {
    if (!box.current || !insertText(box.current, prompt, 0, text.length)) onText(prompt)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { isComposing, keyCode } = event.nativeEvent
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event
    const pressed = { key, shiftKey, ctrlKey, metaKey, altKey, isComposing, keyCode }
    if (!isComposing && scrollsTranscript(pressed, event.currentTarget)) {
      if (scrollTranscript(key)) event.preventDefault()
      return
    }
    const answer = keyAction(pressed, { empty: text === '', enterSends: props.enterSends, touch })
    if (answer === 'none' || (answer === 'recall' && lastPrompt === null)) return
    event.preventDefault()
    if (answer === 'send') send()
    else if (lastPrompt !== null) recall(lastPrompt)
  }
  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData
    // Office programs add a picture of the text that is copied.
    if (files.length === 0 || types.includes('text/plain')) return
    event.preventDefault()
    props.onFiles()
  }

  return (
    <div className="rounded-large short:flex border border-line-strong bg-surface transition-colors focus-within:border-accent">
      <textarea
        ref={box}
        id={composerId}
        aria-label="Message"
        placeholder="Write a message"
        dir="auto"
        rows={props.roomy ? 2 : 1}
        enterKeyHint={touch ? 'enter' : 'send'}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className={`block field-sizing-content max-h-[min(15rem,35dvh)] w-full resize-none overflow-y-auto bg-transparent px-4 pt-3 short:pt-4 pb-1 text-body outline-none ${
          props.roomy ? 'min-h-18' : ''
        }`}
      />
      <div className="flex items-center justify-between gap-2 short:max-w-3/5 short:shrink-0 short:self-end p-2 ps-2.5">
        <div className="flex min-w-0 items-center gap-1.5">{props.children}</div>
        {running ? (
          <button
            type="button"
            aria-label="Stop"
            {...tooltip(props.stopping ? 'Stopping' : 'Stop', { keys: 'Escape', side: 'above' })}
            aria-disabled={settling}
            onClick={() => settling || stop()}
            className={`${round} bg-accent text-accent-ink hover:bg-accent/90`}
          >
            <Square size={13} fill="currentColor" aria-hidden="true" />
          </button>
        ) : (
          // Not a form's: pressed before the page is awake, that would load the page anew without the text.
          <button
            type="button"
            aria-label="Send"
            {...tooltip(disabledReason ?? 'Send', { side: 'above' })}
            onClick={() => settling || send()}
            aria-disabled={disabledReason !== null || settling}
            aria-describedby={disabledReason ? reason : undefined}
            className={`${round} ${
              disabledReason ? 'bg-surface-pressed text-ink-quiet' : 'bg-accent text-accent-ink hover:bg-accent/90'
            }`}
          >
            <ArrowUp size={19} aria-hidden="true" />
          </button>
        )}
        <span id={reason} hidden>
          {disabledReason}
        </span>
      </div>
    </div>
  )
}

const round = 'inline-flex size-9 touch:size-11 shrink-0 items-center justify-center rounded-full transition-colors'

/** Whether the button has just become another. */
function useSettling(running: boolean): boolean {
  const [settled, setSettled] = useState(running)
  useEffect(() => {
    if (settled === running) return
    const timer = setTimeout(() => setSettled(running), settlingMs)
    return () => clearTimeout(timer)
  }, [settled, running])
  return settled !== running
}
