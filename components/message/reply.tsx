'use client'
import { type ComponentProps, memo, useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { ReplyText } from '@/components/markdown/reply-text'
import { modelName } from '@/components/models/models'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { ElapsedSeconds } from '@/components/ui/elapsed-seconds'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { StreamLine } from '@/components/ui/stream/stream-line'
import { useConversations } from '@/lib/client/state/context'
import { growthOf } from '@/lib/client/state/growth'
import { messageOf, promptStatusOf } from '@/lib/client/state/selectors'
import type { ConversationEntry, RunningGeneration } from '@/lib/client/state/types'
import { type GenerationSummary, isWritten, type Part, textOf } from '@/lib/protocol/messages'
import type { PromptStatus } from '@/lib/protocol/unanswered'
import { LANGUAGE_SAMPLE_LENGTH, languageOf } from './language'
import { ProblemActions, ProblemBlock } from './problem-block'
import { Reasoning } from './reasoning'
import { ReplyFooter } from './reply-footer'
import { LiveUsage } from './reply-meta'
import { replyProblem } from './reply-problem'
import { promptStatusLabel } from './reply-status'
import type { RetryCountdown } from './retry-countdown'

const retrying = lazyComponent(() => import('./retry-countdown').then((module) => module.RetryCountdown))

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
  const message = useConversations((state) => messageOf(state, messageId))
  const generationId = message?.generation?.id ?? ''
  const running = useConversations((state) => state.running[generationId])
  const asking = useConversations((state) => isContinued(state.conversations[conversationId], messageId))
  const promptStatus = useConversations((state) => promptStatusOf(state, conversationId, messageId))
  const online = useConversations((state) => state.online)
  const continueReply = useConversations((state) => state.continueReply)
  const regenerate = useConversations((state) => state.regenerate)
  const article = useRef<HTMLElement>(null)
  const [least, setLeast] = useState(0)
  if (!message) return null
  const { generation } = message
  const status = asking ? 'running' : (generation?.status ?? 'completed')
  const problem = asking ? null : replyProblem(message)
  // The first thoughts have been waited for since the start. Until the server has told it, that is the run before's.
  const since = asking ? undefined : (running?.startedAt ?? generation?.startedAt ?? message.createdAt)
  const empty = message.parts.every(({ type }) => type === 'error')
  const goOn = (model?: string) => {
    // The words and buttons go, and the text grows into their place, so that nothing moves. Before they go: the browser
    // takes the end of the page for where it is while the button that has the focus is removed.
    flushSync(() => setLeast(article.current?.offsetHeight ?? 0))
    focusComposerOrTranscript()
    void continueReply(messageId, model)
  }
  const retry = (wish?: { model?: string; maxTokens?: number }) => {
    focusComposerOrTranscript()
    void regenerate(messageId, wish)
  }
  const waiting =
    generation && status === 'running' ? (
      <Waiting
        conversationId={conversationId}
        empty={empty}
        asking={asking}
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
      style={{ minHeight: least }}
    >
      <div className="relative">
        <StreamLine
          status={status}
          receivedCharacters={lengthOf(message.parts)}
          paused={!online || running?.reader === 'reconnecting' || Boolean(generation?.retry)}
          className="inset-y-1 -start-3 sm:-start-5"
        />
        {inPlace(message.parts).map(({ part, place }) => (
          <ReplyPart
            key={place}
            part={part}
            growing={isStreaming(part) || (asking && place === message.parts.length - 1)}
            since={place === 0 ? since : undefined}
            unanswered={status !== 'running' && status !== 'stopped' && textOf(message.parts) === ''}
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
          onContinue={goOn}
          onRetry={retry}
        />
      ) : (
        <ReplyFooter
          conversationId={conversationId}
          message={message}
          last={last}
          onContinue={() => goOn()}
          onRegenerate={(model) => retry({ model })}
        />
      )}
    </article>
  )
})

/** What becomes of a prompt that was not answered. */
export function Unanswered({ promptStatus }: { promptStatus: PromptStatus | null }) {
  const words = promptStatusLabel(promptStatus)
  return words ? <p className="py-1 text-note text-ink-quiet">{words}</p> : null
}

/** A reply is to go on, and the server has yet to say that it does. */
function isContinued(entry: ConversationEntry | undefined, messageId: string): boolean {
  const request = entry?.pending?.request
  return request?.kind === 'continue' && request.replyId === messageId
}

/** In characters: all that has been written. */
function lengthOf(parts: Part[]): number {
  return parts.reduce((sum, part) => sum + (isWritten(part) ? part.text.length : 0), 0)
}

function isStreaming(part: Part): boolean {
  return isWritten(part) && part.state === 'streaming'
}

/** Parts are only ever appended, so their place is their identity. */
function inPlace(parts: Part[]): { part: Part; place: number }[] {
  return parts.map((part, place) => ({ part, place }))
}

function ReplyPart({
  part,
  growing,
  since,
  unanswered,
}: {
  part: Part
  growing: boolean
  since: number | undefined
  unanswered: boolean
}) {
  switch (part.type) {
    case 'text':
      return <ReplyWords part={part} growing={growing} />
    case 'reasoning':
      return <Reasoning text={part.text} growing={growing} since={since} took={part.ms} unanswered={unanswered} />
    case 'error':
      return null
    case 'unknown':
      return <p className="py-1 text-note text-ink-quiet">Can’t show this part of the reply.</p>
    default:
      return part satisfies never
  }
}

function ReplyWords({ part, growing }: { part: Extract<Part, { type: 'text' }>; growing: boolean }) {
  const beginning = part.text.slice(0, LANGUAGE_SAMPLE_LENGTH)
  const language = useMemo(() => languageOf(beginning), [beginning])
  return (
    <div data-message-text lang={language}>
      <ReplyText text={part.text} growth={growthOf(part)} growing={growing} />
    </div>
  )
}

/** The words of waiting. The line keeps its height while text arrives, so the numbers that follow move nothing. */
function Waiting({
  conversationId,
  empty,
  asking,
  generation,
  running,
}: {
  conversationId: string
  empty: boolean
  asking: boolean
  generation: GenerationSummary
  running: RunningGeneration | undefined
}) {
  const models = useConversations((state) => state.models)
  const delayed = useConversations((state) => state.conversations[conversationId]?.pending?.delayed)
  if (generation.retry && !running?.stopping && running?.reader !== 'reconnecting') {
    return <WaitingAgain conversationId={conversationId} generationId={generation.id} wait={generation.retry} />
  }
  return (
    // As wide as its words: less of the page moves down with them.
    <p className="flex min-h-8 touch:min-h-11 w-fit max-w-full items-center text-small text-ink-quiet wrap-anywhere">
      {running?.stopping ? (
        'Stopping'
      ) : running?.reader === 'reconnecting' ? (
        'Connection lost. Reconnecting…'
      ) : asking ? (
        (delayed ?? 'Sending')
      ) : empty || generation.firstTokenAt === null ? (
        <span>
          Waiting for <bdi>{modelName(models, generation.model)}</bdi>
          <ElapsedSeconds since={running?.startedAt ?? generation.startedAt} />
        </span>
      ) : generation.usage ? (
        <LiveUsage generation={generation} />
      ) : null}
    </p>
  )
}

/** The wait before another attempt, which a first page seldom has. */
function WaitingAgain(props: ComponentProps<typeof RetryCountdown>) {
  const { component: Wait } = retrying.useComponent()
  return Wait ? <Wait {...props} /> : <p className="h-8 touch:h-11 text-small text-ink-quiet">{props.wait.message}</p>
}
