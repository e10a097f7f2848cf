'use client'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
} from 'react'
import { composerId, scrollTranscript } from '@/components/ui/composer-focus'
import { touchScreen, useMedia } from '@/components/ui/use-media'
import { keyAction, scrollsTranscript } from './composer-keys'
import { insertText } from './insert-text'
import { SendButton } from './send-button'
import { useAutosize } from './use-autosize'

export interface ComposerProps {
  /** The text box takes the focus when this changes. */
  conversationId: string
  text: string
  /** Why the text can't be sent now, as a sentence; null when it can. */
  disabledReason: string | null
  running: boolean
  stopping: boolean
  enterSends: boolean
  lastPrompt: string | null
  /** Lines that an empty text box has room for. */
  minRows?: 1 | 2
  onText(text: string): void
  onSend(): void
  /** The user tried to send, which isn't possible now. */
  onRefused(reason: string): void
  onStop(): void
  /** Files were pasted. */
  onFiles(): void
  /** Shown left of the button. */
  children: ReactNode
}

/** The text box for a prompt, and its button. */
export function Composer(props: ComposerProps) {
  const { conversationId, text, running, lastPrompt, onText } = props
  const box = useRef<HTMLTextAreaElement>(null)
  const touch = useMedia(touchScreen)
  const reasonId = useId()
  const empty = text.trim() === ''
  const disabledReason = props.disabledReason ?? (empty ? 'Write a message first.' : null)
  useAutosize(box, text)
  useFocusOnChange(box, conversationId)
  useTextBeforeHydration(box, text, onText)

  // On touch, the keyboard would cover the reply.
  const refocus = () => {
    if (touch) box.current?.blur()
    else box.current?.focus({ preventScroll: true })
  }
  const send = () => {
    if (running && !empty)
      props.onRefused(`Wait for this reply to finish, or ${touch ? 'stop it' : 'press Esc to stop it'}.`)
    else if (!running && !disabledReason) props.onSend()
    else if (!running && props.disabledReason && !empty) props.onRefused(props.disabledReason)
    refocus()
  }
  const stop = () => {
    props.onStop()
    refocus()
  }
  const recall = (prompt: string) => {
    if (!box.current || !insertText(box.current, prompt, 0, text.length)) onText(prompt)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const { isComposing, keyCode } = event.nativeEvent
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event
    const press = { key, shiftKey, ctrlKey, metaKey, altKey, isComposing, keyCode }
    if (!isComposing && scrollsTranscript(press, event.currentTarget)) {
      if (scrollTranscript(key)) event.preventDefault()
      return
    }
    const action = keyAction(press, { empty: text === '', enterSends: props.enterSends, touch })
    if (action === 'none' || (action === 'recall' && lastPrompt === null)) return
    event.preventDefault()
    if (action === 'send') send()
    else if (lastPrompt !== null) recall(lastPrompt)
  }
  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData
    // Office programs put an image of the copied text beside the text.
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
        rows={props.minRows ?? 1}
        enterKeyHint={touch ? 'enter' : 'send'}
        value={text}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className={`block field-sizing-content max-h-[min(15rem,35dvh)] w-full resize-none overflow-y-auto bg-transparent px-4 pt-3 short:pt-4 pb-1 text-body outline-none ${
          props.minRows === 2 ? 'min-h-18' : ''
        }`}
      />
      <div className="flex items-center justify-between gap-2 short:max-w-3/5 short:shrink-0 short:self-end p-2 ps-2.5">
        <div className="flex min-w-0 items-center gap-1.5">{props.children}</div>
        <SendButton
          running={running}
          stopping={props.stopping}
          disabledReason={disabledReason}
          reasonId={reasonId}
          onSend={send}
          onStop={stop}
        />
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      </div>
    </div>
  )
}

function useFocusOnChange(box: RefObject<HTMLTextAreaElement | null>, conversationId: string): void {
  const focusedFor = useRef<string | null>(null)
  useEffect(() => {
    if (focusedFor.current === conversationId) return
    focusedFor.current = conversationId
    if (!window.matchMedia(touchScreen).matches) box.current?.focus({ preventScroll: true })
  }, [box, conversationId])
}

/** Reports text typed before hydration, which is only in the DOM. */
function useTextBeforeHydration(
  box: RefObject<HTMLTextAreaElement | null>,
  text: string,
  onText: (text: string) => void,
): void {
  const hydrated = useRef(false)
  useEffect(() => {
    const typed = box.current?.value ?? ''
    if (!hydrated.current && typed !== text) onText(typed)
    hydrated.current = true
  }, [box, text, onText])
}
