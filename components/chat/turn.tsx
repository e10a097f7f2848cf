'use client'
import { memo } from 'react'
import type { ShownTurn } from '@/lib/store/selectors'
import { Prompt } from './prompt'
import { Reply } from './reply'

/** The height of a turn, in pixels, until it is known. One that changed with what is known would move what is in sight. */
export const guessedHeight = 320

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
      {turn.replyIds.map((id) => (
        <Reply key={id} conversationId={conversationId} messageId={id} last={last} />
      ))}
    </div>
  )
})
