'use client'
import { useCallback, useEffect, useRef } from 'react'
import { useConversations } from '@/lib/client/state/context'

const prefix = '#message-'

/** The address of a message, to be given to others or kept. */
export function messageLink(conversationId: string, messageId: string): string {
  return `${window.location.origin}/c/${conversationId}${prefix}${messageId}`
}

/**
 * Goes to the message that the address names as soon as it is here, whichever branch it is on; once, unless the address
 * changes.
 */
export function useLinkedMessage(
  conversationId: string,
  bring: (messageId: string) => Promise<HTMLElement | null>,
): void {
  const reveal = useConversations((state) => state.reveal)
  const count = useConversations((state) => state.conversations[conversationId]?.messageIds.length ?? 0)
  /** The way that was taken last, also while it is under way. */
  const taken = useRef<{ hash: string } | null>(null)
  const go = useCallback(async () => {
    const { hash } = window.location
    const messageId = hash.startsWith(prefix) ? hash.slice(prefix.length) : ''
    if (messageId === '' || !reveal(conversationId, messageId)) return
    const way = { hash }
    taken.current = way
    // Another branch may have been chosen, which is shown then.
    await new Promise(requestAnimationFrame)
    if (taken.current !== way) return
    const element = await bring(messageId)
    if (element && taken.current === way) point(element)
  }, [conversationId, reveal, bring])
  useEffect(() => {
    if (count > 0 && taken.current?.hash !== window.location.hash) void go()
  }, [count, go])
  useEffect(() => {
    window.addEventListener('hashchange', go)
    return () => {
      window.removeEventListener('hashchange', go)
      taken.current = null
    }
  }, [go])
}

/** Shows which one was meant, to the eye for a moment and to a screen reader by the focus. */
function point(element: HTMLElement): void {
  element.tabIndex = -1
  element.focus({ preventScroll: true })
  const colour = getComputedStyle(element).getPropertyValue('--color-accent')
  element.animate([{ backgroundColor: `color-mix(in oklch, ${colour} 14%, transparent)` }, {}], 1600)
}
