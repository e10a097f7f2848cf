'use client'
import type { ComponentProps } from 'react'
import { modelName } from '@/components/models/models'
import { ElapsedSeconds } from '@/components/ui/elapsed-seconds'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { useConversations } from '@/lib/client/state/context'
import type { RunningGeneration } from '@/lib/client/state/types'
import type { GenerationSummary } from '@/lib/protocol/messages'
import { LiveUsage } from './reply-meta'
import type { RetryCountdown } from './retry-countdown'

const retryCountdown = lazyComponent(() => import('./retry-countdown').then((module) => module.RetryCountdown))

/** What a running reply waits for, or its usage while text arrives: a line of constant height. */
export function Waiting({
  conversationId,
  empty,
  continuePending,
  generation,
  running,
}: {
  conversationId: string
  /** The reply has no text or reasoning yet. */
  empty: boolean
  /** The server hasn't confirmed yet that the reply continues. */
  continuePending: boolean
  generation: GenerationSummary
  running: RunningGeneration | undefined
}) {
  const models = useConversations((state) => state.models)
  const delayed = useConversations((state) => state.conversations[conversationId]?.pending?.delayed)
  if (generation.retry && !running?.stopping && running?.reader !== 'reconnecting') {
    return <LazyRetryCountdown conversationId={conversationId} generationId={generation.id} wait={generation.retry} />
  }
  return (
    // As wide as its text, which keeps the layout shift small when text pushes it down.
    <p className="flex min-h-8 touch:min-h-11 w-fit max-w-full items-center text-small text-ink-quiet wrap-anywhere">
      {running?.stopping ? (
        'Stopping'
      ) : running?.reader === 'reconnecting' ? (
        'Connection lost. Reconnecting…'
      ) : continuePending ? (
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

function LazyRetryCountdown(props: ComponentProps<typeof RetryCountdown>) {
  const { component: Countdown } = retryCountdown.useComponent()
  if (Countdown) return <Countdown {...props} />
  return <p className="h-8 touch:h-11 text-small text-ink-quiet">{props.wait.message}</p>
}
