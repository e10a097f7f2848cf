'use client'
import { memo, useId, useState } from 'react'
import { CopyButton } from '@/components/ui/copy-button'
import { useConversations } from '@/lib/client/state/context'
import { textOf } from '@/lib/protocol/messages'
import { Branches } from './branches'
import { languageOf } from './language'

/** A prompt past this is shown cut, so that the reply below it stays in sight. */
const longText = { characters: 1200, lines: 14 }

/** What the person wrote: a quiet raised block, right of centre. */
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
  const [whole, setWhole] = useState(false)
  const long = text.length > longText.characters || text.split('\n', longText.lines + 1).length > longText.lines
  return (
    <div className="w-fit max-w-full rounded-large rounded-ee-small bg-surface-raised px-4 py-2.5 sm:max-w-[85%]">
      <h2 className="sr-only">Prompt</h2>
      <div
        id={id}
        dir="auto"
        lang={languageOf(text)}
        data-message-text
        className={`whitespace-pre-wrap wrap-anywhere [unicode-bidi:plaintext] ${long && !whole ? 'line-clamp-12 overflow-hidden' : ''}`}
      >
        {text}
      </div>
      {long ? (
        <button
          type="button"
          aria-expanded={whole}
          aria-controls={id}
          onClick={() => setWhole(!whole)}
          className="mt-1 rounded-small text-small text-accent underline underline-offset-3 touch:min-h-11"
        >
          {whole ? 'Show less' : 'Show more'}
        </button>
      ) : null}
    </div>
  )
}
