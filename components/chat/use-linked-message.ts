'use client'
import { useEffect, useRef } from 'react'
import { useConversations } from '@/lib/store/context'

const prefix = '#message-'

/** The address of a message, to be given to others or kept. */
export function messageLink(conversationId: string, messageId: string): string {
  return `${window.location.origin}/c/${conversationId}${prefix}${messageId}`
}

/** Goes to the message that the address names as soon as it is here, whichever branch it is on. */
export function useLinkedMessage(
  conversationId: string,
  bring: (messageId: string) => Promise<HTMLElement | null>,
): void {
  const reveal = useConversations((state) => state.reveal)
  const ready = useConversations((state) => state.conversations[conversationId]?.state === 'ready')
  // The turns change when another branch is chosen: the way to a message is then the one of the next render.
  const latest = useRef(bring)
  useEffect(() => {
    latest.current = bring
  })
  useEffect(() => {
    if (!ready) return
    const go = async () => {
      const { hash } = window.location
      const messageId = hash.startsWith(prefix) ? hash.slice(prefix.length) : ''
      if (messageId === '' || !reveal(conversationId, messageId)) return
      await new Promise(requestAnimationFrame)
      const element = await latest.current(messageId)
      if (element) point(element)
    }
    void go()
    window.addEventListener('hashchange', go)
    return () => window.removeEventListener('hashchange', go)
  }, [conversationId, ready, reveal])
}

/** Shows which one was meant, to the eye for a moment and to a screen reader by the focus. */
function point(element: HTMLElement): void {
  element.tabIndex = -1
  element.focus({ preventScroll: true })
  const colour = getComputedStyle(element).getPropertyValue('--color-accent')
  element.animate([{ backgroundColor: `color-mix(in oklch, ${colour} 14%, transparent)` }, {}], 1600)
}
