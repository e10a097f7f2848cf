'use client'
import { usePathname } from 'next/navigation'

/**
 * The id of the conversation in the URL; undefined at `/`. Read from the path, because a new conversation gets its URL by
 * `pushState`, which doesn't update route parameters.
 */
export function useConversationId(): string | undefined {
  return /^\/c\/([^/]+)$/.exec(usePathname())?.[1]
}
