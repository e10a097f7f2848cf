'use client'
import { useCallback, useEffect, useRef } from 'react'
import { useConversations } from '@/lib/client/state/context'

const prefix = '#message-'

/** The permanent URL of a message. */
export function messageLink(conversationId: string, messageId: string): string {
  return `${window.location.origin}/c/${conversationId}${prefix}${messageId}`
}

/** Goes to the message that the URL's fragment names as soon as it is loaded, on any branch; once per fragment. */
export function useLinkedMessage(
  conversationId: string,
  goToMessage: (messageId: string) => Promise<HTMLElement | null>,
): void {
  const reveal = useConversations((state) => state.reveal)
  const count = useConversations((state) => state.conversations[conversationId]?.messageIds.length ?? 0)
  /** The last navigation, done or in progress. */
  const lastNavigation = useRef<{ hash: string } | null>(null)
  const navigate = useCallback(async () => {
    const { hash } = window.location
    const messageId = hash.startsWith(prefix) ? hash.slice(prefix.length) : ''
    if (messageId === '' || !reveal(conversationId, messageId)) return
    const navigation = { hash }
    lastNavigation.current = navigation
    // `reveal` may have switched the branch, which renders first.
    await new Promise(requestAnimationFrame)
    if (lastNavigation.current !== navigation) return
    const element = await goToMessage(messageId)
    if (element && lastNavigation.current === navigation) focusAndFlash(element)
  }, [conversationId, reveal, goToMessage])
  useEffect(() => {
    if (count > 0 && lastNavigation.current?.hash !== window.location.hash) void navigate()
  }, [count, navigate])
  useEffect(() => {
    window.addEventListener('hashchange', navigate)
    return () => {
      window.removeEventListener('hashchange', navigate)
      lastNavigation.current = null
    }
  }, [navigate])
}

/** Points out an element: by a short color animation, and to screen readers by the focus. */
function focusAndFlash(element: HTMLElement): void {
  element.tabIndex = -1
  element.focus({ preventScroll: true })
  const color = getComputedStyle(element).getPropertyValue('--color-accent')
  element.animate([{ backgroundColor: `color-mix(in oklch, ${color} 14%, transparent)` }, {}], 1600)
}
