'use client'
import { Popover } from 'radix-ui'
import { type ReactNode, useEffect, useState } from 'react'
import { formatTokenRate, replyCosts, replyUsage, tokenRate } from '@/components/format/numbers'
import { formatPrice } from '@/components/format/price'
import { type Amount, isFree, useMoneyFormatter } from '@/components/format/use-money-formatter'
import { modelName, providerName } from '@/components/models/models'
import { CopyButton } from '@/components/ui/copy-button'
import { formatSeconds } from '@/components/ui/elapsed-seconds'
import { useConversations } from '@/lib/client/state/context'
import { client } from '@/lib/client/transport/page-client'
import type { Price } from '@/lib/protocol/billing/prices'
import type { GenerationDetails } from '@/lib/protocol/details'
import type { GenerationSummary, Message } from '@/lib/protocol/messages'
import { statusLabel } from './reply-status'

/** A popover with tokens, cost, times and ids of a reply. */
export function ReplyDetails({
  message,
  generation,
  onClosed,
}: {
  message: Message
  generation: GenerationSummary
  onClosed(): void
}) {
  return (
    <Popover.Portal>
      <Popover.Content
        aria-label="Details of the reply"
        side="top"
        align="start"
        sideOffset={8}
        collisionPadding={12}
        onCloseAutoFocus={(event) => {
          event.preventDefault()
          onClosed()
        }}
        className="z-40 max-h-[min(32rem,var(--radix-popover-content-available-height))] w-88 max-w-[calc(100vw-1.5rem)] overflow-y-auto overscroll-contain rounded-medium border border-line bg-surface p-4 text-note shadow-float"
      >
        <Details message={message} generation={generation} />
      </Popover.Content>
    </Popover.Portal>
  )
}

function Details({ message, generation }: { message: Message; generation: GenerationSummary }) {
  const details = useDetails(generation.id)
  const loaded = details === 'failed' ? null : details
  const models = useConversations((state) => state.models)
  const { finishReason, status, attempts } = generation
  const usage = replyUsage(generation)
  // The server's times: what the page measured includes the network.
  const { startedAt, firstTokenAt, endedAt } = details === 'failed' ? generation : (details ?? unknownTimes)
  const rate = tokenRate({ usage: generation.usage, firstTokenAt, endedAt }, message.parts)
  const provider = providerName(models, generation.model)
  return (
    <dl className="tabular-nums grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
      {usage ? (
        <>
          <Row name="Tokens in">{usage.promptTokens.toLocaleString()}</Row>
          {usage.cachedTokens > 0 ? <Row name="Cached tokens">{usage.cachedTokens.toLocaleString()}</Row> : null}
          <Row name="Tokens out">{usage.completionTokens.toLocaleString()}</Row>
          {usage.reasoningTokens > 0 ? (
            <Row name="Reasoning tokens">{usage.reasoningTokens.toLocaleString()}</Row>
          ) : null}
          <Row name="Token count">{usage.source === 'reported' ? 'from provider' : 'estimated by Rill'}</Row>
          <Cost costs={replyCosts(generation)} price={loaded?.price ?? null} />
        </>
      ) : null}
      <Separator />
      {firstTokenAt === null ? null : <Row name="Time to first token">{formatDuration(firstTokenAt - startedAt)}</Row>}
      {rate === null ? null : <Row name="Speed">{formatTokenRate(rate)}</Row>}
      {endedAt === null ? null : <Row name="Total time">{formatDuration(endedAt - startedAt)}</Row>}
      {attempts > 0 ? <Row name="Attempts">{attempts.toLocaleString()}</Row> : null}
      <Separator />
      <Row name="Model">{modelName(models, generation.model)}</Row>
      {provider ? <Row name="Provider">{provider}</Row> : null}
      <Row name="Status">{statusLabel(status)}</Row>
      {finishReason && finishReason !== 'stop' ? <Row name="Finish reason">{finishReason}</Row> : null}
      {loaded?.differences?.map((name) => (
        <Row key={name} name="Note">
          {differenceText[name] ?? name}
        </Row>
      ))}
      <Separator />
      <IdRow name="Generation ID" id={generation.id} />
      <IdRow name="Message ID" id={message.id} />
    </dl>
  )
}

/** Differences between a request and what the model accepted, by `GenerationDetails.differences`. */
const differenceText: Record<string, string | undefined> = {
  stream: 'The provider can’t stream this model for you, so the reply came all at once',
  system: 'This model takes no system prompt, so it was put before your first message',
  temperature: 'This model doesn’t take a temperature, so it used its own',
}

/** The cost, and the price it was calculated with. */
function Cost({ costs, price }: { costs: Amount[] | null; price: Price | null }) {
  const money = useMoneyFormatter()
  if (!costs) {
    return (
      <Row name="Cost">
        No price set ·{' '}
        <a href="/settings/prices" className="text-accent underline underline-offset-3">
          Set price
        </a>
      </Row>
    )
  }
  return (
    <Row name="Cost">
      {isFree(costs) ? 'free' : money(costs)}
      {price && !isFree(costs) ? (
        <span className="block text-ink-quiet">
          {formatPrice(price)}
          {price.date ? <span className="block">price of {formatDate(price.date)}</span> : null}
        </span>
      ) : null}
    </Row>
  )
}

const unknownTimes = { startedAt: 0, firstTokenAt: null, endedAt: null }

/** The details the server has beyond the summary; null while loading. */
function useDetails(generationId: string): GenerationDetails | 'failed' | null {
  const [details, setDetails] = useState<GenerationDetails | 'failed' | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    client()
      .generation(generationId, controller.signal)
      // Without them the popover shows what the summary has.
      .then(setDetails, () => controller.signal.aborted || setDetails('failed'))
    return () => controller.abort()
  }, [generationId])
  return details
}

/** `180 ms`, `3.2 s` */
function formatDuration(milliseconds: number): string {
  const rounded = Math.max(0, Math.round(milliseconds))
  return rounded < 1000 ? `${rounded} ms` : formatSeconds(rounded)
}

/** `2026-07-02` in the user's locale. */
function formatDate(date: string): string {
  const parsed = new Date(`${date}T00:00:00Z`)
  return Number.isNaN(parsed.getTime())
    ? date
    : parsed.toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' })
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-quiet">{name}</dt>
      <dd className="wrap-anywhere text-end">{children}</dd>
    </>
  )
}

function IdRow({ name, id }: { name: string; id: string }) {
  return (
    <>
      <dt className="self-center text-ink-quiet">{name}</dt>
      <dd className="flex min-w-0 items-center justify-end">
        <span className="truncate font-mono">{id}</span>
        <CopyButton
          label={`Copy ${name.replace(/^./, (first) => first.toLowerCase())}`}
          text={() => id}
          className="-me-2"
        />
      </dd>
    </>
  )
}

function Separator() {
  return <div className="col-span-2 my-1 border-line border-t" />
}
