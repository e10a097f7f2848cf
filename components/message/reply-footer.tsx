'use client'
import { RotateCcw, StepForward } from 'lucide-react'
import { modelFor, modelName } from '@/components/models/models'
import { OtherModel } from '@/components/models/other-model'
import { Button, IconButton } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { useConversations } from '@/lib/client/state/context'
import type { Message } from '@/lib/protocol/messages'
import { textOf } from '@/lib/protocol/messages'
import { ReplyMeta } from './reply-meta'
import { canContinue, endingLabel } from './reply-status'

/**
 * The line below a completed or stopped reply: how it ended, its actions and cost. On replies before the last, the
 * actions show on hover and focus.
 */
export function ReplyFooter({
  conversationId,
  message,
  last,
  onContinue,
  onRegenerate,
}: {
  conversationId: string
  message: Message
  last: boolean
  onContinue(): void
  onRegenerate(model?: string): void
}) {
  const { generation } = message
  const text = textOf(message.parts)
  const ending = endingLabel(message)
  const reachedLimit = generation?.status === 'completed' && canContinue(generation)
  const visibility = last
    ? ''
    : 'opacity-0 transition-opacity group-hover/reply:opacity-100 group-focus-within/reply:opacity-100 has-aria-expanded:opacity-100 touch:opacity-100'
  return (
    <div className="-ms-2 mt-1 flex min-h-8 flex-wrap items-center text-note text-ink-quiet touch:min-h-11">
      {ending ? <span className="ms-2 me-2 font-strong wrap-anywhere">{ending}</span> : null}
      {reachedLimit ? (
        <Button variant="bare" className="me-1 not-touch:h-8! text-note!" onClick={onContinue}>
          <StepForward size={16} aria-hidden="true" />
          Continue
        </Button>
      ) : null}
      <div className={`flex min-w-0 items-center ${visibility}`}>
        {generation?.status === 'stopped' ? (
          <IconButton label="Continue" onClick={onContinue}>
            <StepForward size={16} aria-hidden="true" />
          </IconButton>
        ) : null}
        {text ? <CopyButton label="Copy reply" text={() => text} /> : null}
        {generation ? (
          <>
            <Regenerate conversationId={conversationId} model={generation.model} onRegenerate={() => onRegenerate()} />
            <OtherModel model={generation.model} onChoose={onRegenerate} />
          </>
        ) : null}
        <ReplyMeta conversationId={conversationId} message={message} />
      </div>
    </div>
  )
}

/** Regenerates with the conversation's current model, and names it if it differs from the reply's. */
function Regenerate({
  conversationId,
  model,
  onRegenerate,
}: {
  conversationId: string
  model: string
  onRegenerate(): void
}) {
  const models = useConversations((state) => state.models)
  const chosen = useConversations((state) => modelFor(state, conversationId))
  const title = chosen && chosen !== model ? `Regenerate with ${modelName(models, chosen)}` : 'Regenerate'
  return (
    <IconButton label="Regenerate" title={title} onClick={onRegenerate}>
      <RotateCcw size={16} aria-hidden="true" />
    </IconButton>
  )
}
