'use client'
import { memo } from 'react'
import { Prompt } from '@/components/message/prompt'
import { Reply } from '@/components/message/reply'
import { Unanswered } from '@/components/message/unanswered'
import { useConversations } from '@/lib/client/state/context'
import { promptStatusOf, type ShownTurn } from '@/lib/client/state/selectors'

/** In pixels, until a turn is measured. Constant, because a better estimate would move what is in view. */
export const ESTIMATED_TURN_HEIGHT = 320

/** A prompt and its replies. */
export const Turn = memo(function Turn({
  conversationId,
  turn,
  last,
}: {
  conversationId: string
  turn: ShownTurn
  last: boolean
}) {
  return (
    <div className="space-y-1">
      {turn.promptId ? <Prompt conversationId={conversationId} messageId={turn.promptId} /> : null}
      {turn.promptId && turn.replyIds.length === 0 ? (
        <MissingReply conversationId={conversationId} promptId={turn.promptId} />
      ) : null}
      {turn.replyIds.map((id) => (
        <Reply key={id} conversationId={conversationId} messageId={id} last={last} />
      ))}
    </div>
  )
})

/** In place of a reply that was never started. */
function MissingReply({ conversationId, promptId }: { conversationId: string; promptId: string }) {
  const promptStatus = useConversations((state) => promptStatusOf(state, conversationId, promptId))
  return promptStatus === 'waiting' ? null : <Unanswered promptStatus={promptStatus} />
}
