'use client'
import { Link2, RotateCcw, StepForward } from 'lucide-react'
import { Button, IconButton } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import type { Message } from '@/lib/protocol/messages'
import { textOf } from '@/lib/protocol/messages'
import { useConversations } from '@/lib/store/context'
import { Branches } from './branches'
import { canContinue, endingWords } from './endings'
import { modelFor, modelName } from './models'
import { ReplyNumbers } from './reply-numbers'
import { messageLink } from './use-linked-message'

/**
 * One line under a reply: how it ended, its numbers, and what can be done with it. It always has its height;
 * on older replies its contents show on hover and focus.
 */
export function ReplyFooter({
  conversationId,
  message,
  last,
  onContinue,
}: {
  conversationId: string
  message: Message
  last: boolean
  onContinue(): void
}) {
  const { generation } = message
  const text = textOf(message.parts)
  const ending = generation ? endingWords(generation) : ''
  const limited = generation?.status === 'completed' && canContinue(generation)
  // Then the words above have the buttons.
  const endedBadly = generation?.status === 'interrupted' || generation?.status === 'failed'
  const appear = last
    ? ''
    : 'opacity-0 transition-opacity group-hover/reply:opacity-100 group-focus-within/reply:opacity-100 has-aria-expanded:opacity-100 touch:opacity-100'
  return (
    <div className="-ms-2 flex h-8 touch:h-11 items-center text-note text-ink-quiet">
      {ending ? <span className="ms-2 me-2 shrink-0 font-strong">{ending}</span> : null}
      {limited ? (
        <Button look="bare" className="me-1 h-8 text-note!" onClick={onContinue}>
          <StepForward size={16} aria-hidden="true" />
          Continue
        </Button>
      ) : null}
      <div className={`flex min-w-0 items-center ${appear}`}>
        {generation?.status === 'stopped' ? (
          <IconButton label="Continue" onClick={onContinue}>
            <StepForward size={16} aria-hidden="true" />
          </IconButton>
        ) : null}
        {text && !endedBadly ? <CopyButton label="Copy reply" text={() => text} /> : null}
        {generation && !endedBadly ? (
          <Regenerate conversationId={conversationId} messageId={message.id} model={generation.model} />
        ) : null}
        <CopyButton label="Copy link" icon={Link2} text={() => messageLink(conversationId, message.id)} />
        <Branches conversationId={conversationId} message={message} />
        <ReplyNumbers message={message} />
      </div>
    </div>
  )
}

/** Another reply to the same prompt, by the model that is chosen now; its name is told where it is another. */
function Regenerate({
  conversationId,
  messageId,
  model,
}: {
  conversationId: string
  messageId: string
  model: string
}) {
  const regenerate = useConversations((state) => state.regenerate)
  const models = useConversations((state) => state.models)
  const chosen = useConversations((state) => modelFor(state, conversationId))
  const title = chosen && chosen !== model ? `Regenerate with ${modelName(models, chosen)}` : 'Regenerate'
  return (
    <IconButton label="Regenerate" title={title} onClick={() => void regenerate(messageId)}>
      <RotateCcw size={16} aria-hidden="true" />
    </IconButton>
  )
}
