'use client'
import { useLayoutEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useConversations } from '@/lib/client/state/context'

/** In pixels; more where the words take it. */
export const EARLIER_MESSAGES_HEIGHT = 96

/** Stands above the first message that is here, while those before it are not. */
export function EarlierMessages({ conversationId }: { conversationId: string }) {
  const entry = useConversations((state) => state.conversations[conversationId])
  const load = useConversations((state) => state.loadConversation)
  const [cause, setCause] = useState<string | null>(null)
  const failed = entry?.earlier === 'failed'
  // It stays while it is tried again: the button keeps the focus, and nobody is told the same once more.
  const said = failed ? (entry.problem?.message ?? '') : cause
  if (said !== cause) setCause(said)
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    return () => {
      if (element?.contains(document.activeElement))
        element.closest<HTMLElement>('[role="log"]')?.focus({ preventScroll: true })
    }
  }, [])
  return (
    <div
      ref={box}
      style={{ minHeight: EARLIER_MESSAGES_HEIGHT }}
      className="flex flex-col items-center justify-center pb-8 text-center text-ink-quiet text-small"
    >
      {said === null ? (
        <p>Loading earlier messages</p>
      ) : (
        <>
          <p role="alert">Couldn’t load earlier messages. {said}</p>
          <Button className="mt-2" onClick={() => void load(conversationId)}>
            {failed ? 'Try again' : 'Trying again'}
          </Button>
        </>
      )}
    </div>
  )
}
