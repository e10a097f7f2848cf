'use client'
import { memo, type RefObject, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { StreamLine } from '@/components/ui/stream/stream-line'
import { useConversations } from '@/lib/client/state/context'
import { messageOf, promptStatusOf } from '@/lib/client/state/selectors'
import type { ConversationEntry } from '@/lib/client/state/types'
import { isWritten, type Part, textOf } from '@/lib/protocol/messages'
import { ProblemActions, ProblemBlock } from './problem-block'
import { ReplyFooter } from './reply-footer'
import { ReplyPart } from './reply-part'
import { replyProblem } from './reply-problem'
import { Unanswered } from './unanswered'
import { Waiting } from './waiting'

/** A reply. It subscribes to its own message only, so that streaming renders nothing else. */
export const Reply = memo(function Reply({
  conversationId,
  messageId,
  last,
}: {
  conversationId: string
  messageId: string
  last: boolean
}) {
  const message = useConversations((state) => messageOf(state, messageId))
  const generationId = message?.generation?.id ?? ''
  const running = useConversations((state) => state.running[generationId])
  const continuePending = useConversations((state) => isContinuing(state.conversations[conversationId], messageId))
  const promptStatus = useConversations((state) => promptStatusOf(state, conversationId, messageId))
  const online = useConversations((state) => state.online)
  const article = useRef<HTMLElement>(null)
  const { minHeight, continueReply, retry } = useReplyActions(messageId, article)
  if (!message) return null
  const { generation, parts } = message
  const status = continuePending ? 'running' : (generation?.status ?? 'completed')
  const problem = continuePending ? null : replyProblem(message)
  // Until the server confirms a continue, the times are those of the previous run.
  const startedAt = continuePending ? undefined : (running?.startedAt ?? generation?.startedAt ?? message.createdAt)
  const empty = parts.every(({ type }) => type === 'error')
  const waiting =
    generation && status === 'running' ? (
      <Waiting
        conversationId={conversationId}
        empty={empty}
        continuePending={continuePending}
        generation={generation}
        running={running}
      />
    ) : null
  return (
    <article
      ref={article}
      aria-label="Reply"
      data-message={messageId}
      data-status={status}
      className="group/reply scroll-mt-4"
      style={{ minHeight }}
    >
      <div className="relative">
        <StreamLine
          status={status}
          receivedCharacters={lengthOf(parts)}
          paused={!online || running?.reader === 'reconnecting' || Boolean(generation?.retry)}
          className="inset-y-1 -start-3 sm:-start-5"
        />
        {withIndex(parts).map(({ part, index }) => (
          // Parts are only appended, so the index identifies a part.
          <ReplyPart
            key={index}
            part={part}
            growing={isStreaming(part) || (continuePending && index === parts.length - 1)}
            startedAt={index === 0 ? startedAt : undefined}
            unanswered={status !== 'running' && status !== 'stopped' && textOf(parts) === ''}
          />
        ))}
        {problem && generation ? <ProblemBlock problem={problem} generation={generation} /> : null}
        {waiting || promptStatus === 'sent' ? null : <Unanswered promptStatus={promptStatus} />}
        {empty ? waiting : null}
      </div>
      {waiting ? (
        !empty && <div className="mt-1">{waiting}</div>
      ) : problem && generation ? (
        <ProblemActions
          conversationId={conversationId}
          problem={problem}
          message={message}
          generation={generation}
          onContinue={continueReply}
          onRetry={retry}
        />
      ) : (
        <ReplyFooter
          conversationId={conversationId}
          message={message}
          last={last}
          onContinue={() => continueReply()}
          onRegenerate={(model) => retry({ model })}
        />
      )}
    </article>
  )
})

/** What the buttons below a reply do. They disappear when clicked, so the focus moves on. */
function useReplyActions(messageId: string, article: RefObject<HTMLElement | null>) {
  const continueInStore = useConversations((state) => state.continueReply)
  const regenerate = useConversations((state) => state.regenerate)
  const [minHeight, setMinHeight] = useState(0)
  return {
    minHeight,
    continueReply(model?: string): void {
      // Keeps the height while the buttons go and the text grows into their place. Before they go: when the focused
      // button is removed, the browser scrolls to the new end of the page.
      flushSync(() => setMinHeight(article.current?.offsetHeight ?? 0))
      focusComposerOrTranscript()
      void continueInStore(messageId, model)
    },
    retry(options?: { model?: string; maxTokens?: number }): void {
      focusComposerOrTranscript()
      void regenerate(messageId, options)
    },
  }
}

/** Whether a reply was asked to continue and the server hasn't confirmed it yet. */
function isContinuing(entry: ConversationEntry | undefined, messageId: string): boolean {
  const request = entry?.pending?.request
  return request?.kind === 'continue' && request.replyId === messageId
}

/** In characters, text and reasoning. */
function lengthOf(parts: Part[]): number {
  return parts.reduce((sum, part) => sum + (isWritten(part) ? part.text.length : 0), 0)
}

function isStreaming(part: Part): boolean {
  return isWritten(part) && part.state === 'streaming'
}

function withIndex(parts: Part[]): { part: Part; index: number }[] {
  return parts.map((part, index) => ({ part, index }))
}
