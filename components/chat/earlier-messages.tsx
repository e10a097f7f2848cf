'use client'
import { Button } from '@/components/ui/button'
import { useConversations } from '@/lib/store/context'

/** In pixels; more where the words take it. */
export const earlierMessagesHeight = 96

/** Stands above the first message that is here, while those before it are not. */
export function EarlierMessages({ conversationId }: { conversationId: string }) {
  const entry = useConversations((state) => state.conversations[conversationId])
  const load = useConversations((state) => state.loadConversation)
  return (
    <div
      style={{ minHeight: earlierMessagesHeight }}
      className="flex flex-col items-center justify-center pb-8 text-center text-ink-quiet text-small"
    >
      {entry?.earlier === 'failed' ? (
        <div role="alert">
          <p>Earlier messages could not be loaded. {entry.problem?.message}</p>
          <Button className="mt-2" onClick={() => void load(conversationId)}>
            Try again
          </Button>
        </div>
      ) : (
        <p>Loading earlier messages</p>
      )}
    </div>
  )
}
