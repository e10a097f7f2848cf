'use client'
import { memo, useId, useState } from 'react'
import { CopyButton } from '@/components/ui/copy-button'
import { useConversations } from '@/lib/client/state/context'
import { textOf } from '@/lib/protocol/messages'
import { Branches } from './branches'
import { languageOf } from './language'

/** Longer prompts are clipped, so that the reply stays in view. */
const MAX_CHARACTERS = 1200
const MAX_LINES = 14

export const Prompt = memo(function Prompt({
  conversationId,
  messageId,
}: {
  conversationId: string
  messageId: string
}) {
  const message = useConversations((state) => state.messages[messageId])
  if (!message) return null
  const text = textOf(message.parts)
  return (
    <div data-message={messageId} className="group/prompt flex scroll-mt-4 flex-col items-end">
      <PromptText text={text} />
      <div className="-me-1 flex h-8 touch:h-11 items-center text-note text-ink-quiet">
        <div className="opacity-0 transition-opacity group-focus-within/prompt:opacity-100 group-hover/prompt:opacity-100 touch:opacity-100">
          <CopyButton label="Copy prompt" text={() => text} />
        </div>
        <Branches conversationId={conversationId} message={message} />
      </div>
    </div>
  )
})

export function PromptText({ text }: { text: string }) {
  const id = useId()
  const [expanded, setExpanded] = useState(false)
  const isLong = text.length > MAX_CHARACTERS || text.split('\n', MAX_LINES + 1).length > MAX_LINES
  return (
    <div className="w-fit max-w-full rounded-large rounded-ee-small bg-surface-raised px-4 py-2.5 sm:max-w-[85%]">
      <h2 className="sr-only">Prompt</h2>
      <div
        id={id}
        dir="auto"
        lang={languageOf(text)}
        data-message-text
        className={`whitespace-pre-wrap wrap-anywhere [unicode-bidi:plaintext] ${isLong && !expanded ? 'line-clamp-12 overflow-hidden' : ''}`}
      >
        {text}
      </div>
      {isLong ? (
        <button
          type="button"
          aria-expanded={expanded}
          aria-controls={id}
          onClick={() => setExpanded(!expanded)}
          className="mt-1 rounded-small text-small text-accent underline underline-offset-3 touch:min-h-11"
        >
          {expanded ? 'Show less' : 'Show more'}
        </button>
      ) : null}
    </div>
  )
}
