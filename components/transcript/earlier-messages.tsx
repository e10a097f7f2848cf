'use client'
import { useLayoutEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useConversations } from '@/lib/client/state/context'

/** In pixels, at least. */
export const EARLIER_MESSAGES_HEIGHT = 96

/** Above the first loaded message, while the ones before it are loading or failed to load. */
export function EarlierMessages({ conversationId }: { conversationId: string }) {
  const entry = useConversations((state) => state.conversations[conversationId])
  const load = useConversations((state) => state.loadConversation)
  const [lastCause, setLastCause] = useState<string | null>(null)
  const failed = entry?.earlier === 'failed'
  // The cause stays during a retry, so that the button keeps the focus and the alert isn't read out again.
  const cause = failed ? (entry.problem?.message ?? '') : lastCause
  if (cause !== lastCause) setLastCause(cause)
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
      {cause === null ? (
        <p>Loading earlier messages</p>
      ) : (
        <>
          <p role="alert">Couldn’t load earlier messages. {cause}</p>
          <Button className="mt-2" onClick={() => void load(conversationId)}>
            {failed ? 'Try again' : 'Trying again'}
          </Button>
        </>
      )}
    </div>
  )
}
