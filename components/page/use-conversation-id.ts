'use client'
import { usePathname } from 'next/navigation'

/**
 * The id of the conversation that the address names; undefined at `/`. From the path, because a conversation that has
 * just begun gets its address without the server, and the route's parameters would not know.
 */
export function useConversationId(): string | undefined {
  return /^\/c\/([^/]+)$/.exec(usePathname())?.[1]
}
