'use client'
import { memo } from 'react'
import { Prompt } from '@/components/message/prompt'
import { Reply, Unanswered } from '@/components/message/reply'
import { useConversations } from '@/lib/client/state/context'
import { promptStatusOf, type ShownTurn } from '@/lib/client/state/selectors'

/** The height of a turn, in pixels, until it is known. One that changed with what is known would move what is in sight. */
export const ESTIMATED_TURN_HEIGHT = 320

/** A prompt and what answers it, together. */
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
        <NoReply conversationId={conversationId} promptId={turn.promptId} />
      ) : null}
      {turn.replyIds.map((id) => (
        <Reply key={id} conversationId={conversationId} messageId={id} last={last} />
      ))}
    </div>
  )
})

/** A prompt that the person went on from before there was a reply. */
function NoReply({ conversationId, promptId }: { conversationId: string; promptId: string }) {
  const promptStatus = useConversations((state) => promptStatusOf(state, conversationId, promptId))
  return promptStatus === 'waiting' ? null : <Unanswered promptStatus={promptStatus} />
}
