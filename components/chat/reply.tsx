'use client'
import { memo } from 'react'
import { ReplyText } from '@/components/markdown/reply-text'
import { Seconds } from '@/components/ui/seconds'
import { StreamLine } from '@/components/ui/stream-line'
import type { GenerationSummary, Part } from '@/lib/protocol/messages'
import { useConversations } from '@/lib/store/context'
import type { RunningGeneration } from '@/lib/store/types'
import { problemOf } from './endings'
import { modelName } from './models'
import { ProblemBlock } from './problem-block'
import { Reasoning } from './reasoning'
import { ReplyFooter } from './reply-footer'
import { Retrying } from './retrying'

/** One reply. It follows its own message in the store, so that while it grows nothing else renders. */
export const Reply = memo(function Reply({
  conversationId,
  messageId,
  last,
}: {
  conversationId: string
  messageId: string
  last: boolean
}) {
  const message = useConversations((state) => state.messages[messageId])
  const generationId = message?.generation?.id ?? ''
  const running = useConversations((state) => state.running[generationId])
  const retry = useConversations((state) => state.retry)
  if (!message) return null
  const { generation } = message
  const status = generation?.status ?? 'completed'
  const problem = problemOf(message)
  const empty = message.parts.length === 0
  const waiting =
    generation && status === 'running' ? (
      <Waiting conversationId={conversationId} empty={empty} generation={generation} running={running} />
    ) : null
  return (
    <article aria-label="Reply" data-message={messageId} data-status={status} className="group/reply scroll-mt-4">
      <div className="relative">
        <StreamLine status={status} className="inset-y-1 -start-3 sm:-start-5" />
        {inPlace(message.parts).map(({ part, place }) => (
          <ReplyPart
            key={place}
            part={part}
            growing={status === 'running' && place === message.parts.length - 1}
            since={running?.startedAt ?? generation?.startedAt ?? message.createdAt}
          />
        ))}
        {problem && generation ? (
          <ProblemBlock problem={problem} generation={generation} onRetry={() => retry(messageId)} />
        ) : null}
        {empty ? waiting : null}
      </div>
      {waiting ? !empty && waiting : <ReplyFooter conversationId={conversationId} message={message} last={last} />}
    </article>
  )
})

/** Parts are only ever appended, so their place is their identity. */
function inPlace(parts: Part[]): { part: Part; place: number }[] {
  return parts.map((part, place) => ({ part, place }))
}

function ReplyPart({ part, growing, since }: { part: Part; growing: boolean; since: number }) {
  switch (part.type) {
    case 'text':
      return (
        <div data-message-text>
          <ReplyText text={part.text} growing={growing} />
        </div>
      )
    case 'reasoning':
      return <Reasoning text={part.text} thinkingSince={growing ? since : null} />
    case 'error':
      return null
  }
}

/** The words of waiting. The line keeps its height while text arrives, so the numbers that follow move nothing. */
function Waiting({
  conversationId,
  empty,
  generation,
  running,
}: {
  conversationId: string
  empty: boolean
  generation: GenerationSummary
  running: RunningGeneration | undefined
}) {
  const models = useConversations((state) => state.models)
  if (generation.retry && !running?.stopping && running?.reader !== 'reconnecting') {
    return <Retrying conversationId={conversationId} generationId={generation.id} wait={generation.retry} />
  }
  return (
    <p className="flex h-8 touch:h-11 items-center text-small text-ink-quiet">
      {running?.stopping ? (
        'Stopping'
      ) : running?.reader === 'reconnecting' ? (
        'Connection lost, trying to reach the server again'
      ) : empty ? (
        <span>
          Waiting for {modelName(models, generation.model)}
          <Seconds since={running?.startedAt ?? generation.startedAt} />
        </span>
      ) : null}
    </p>
  )
}
