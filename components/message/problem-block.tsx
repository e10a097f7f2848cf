'use client'
import { ChevronRight, Copy, RotateCcw, StepForward } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { formatTokens } from '@/components/format/numbers'
import { OtherModel } from '@/components/models/other-model'
import { Button } from '@/components/ui/button'
import { copyText } from '@/components/ui/copy-text'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import type { Problem } from '@/lib/protocol/events'
import type { GenerationSummary, Message } from '@/lib/protocol/messages'
import { textOf } from '@/lib/protocol/messages'
import { CheckProvider } from './check-provider'
import { problemText, providerSentence } from './problem-text'
import { ReplyMeta } from './reply-meta'

/** The problem of a reply and what to do about it, below the text that had arrived. */
export function ProblemBlock({ problem, generation }: { problem: Problem; generation: GenerationSummary }) {
  const { cause, nextStep } = problemText(problem, generation)
  const { upstreamMessage, upstreamStatus, requestId } = problem
  const providerMessage = upstreamMessage && !providerSentence(problem) ? upstreamMessage : null
  const ids = [upstreamStatus ? `Status ${upstreamStatus}` : null, requestId ? `Request ID ${requestId}` : null]
  const details = ids.filter((each) => each !== null).join(' · ')
  return (
    <div className="py-1 text-small">
      <p className={`font-strong wrap-anywhere ${generation.status === 'interrupted' ? 'text-warn' : 'text-danger'}`}>
        {cause}
      </p>
      {nextStep ? <p className="wrap-anywhere">{nextStep}</p> : null}
      {providerMessage || details ? (
        <details className="group/fold mt-1 text-ink-quiet">
          <summary className="-ms-1 flex h-8 w-fit touch:h-11 list-none items-center gap-1 rounded-small pe-2 hover:text-ink [&::-webkit-details-marker]:hidden">
            <ChevronRight size={16} aria-hidden="true" className="transition-[rotate] group-open/fold:rotate-90" />
            {providerMessage ? `Provider message${upstreamStatus ? ` (${upstreamStatus})` : ''}` : 'Technical details'}
          </summary>
          <div className="mt-1 mb-2 border-line border-s ps-3 wrap-anywhere">
            {providerMessage ? <p>{providerMessage}</p> : null}
            {details ? <p className="select-text text-note">{details}</p> : null}
          </div>
        </details>
      ) : null}
    </div>
  )
}

/** The actions below a reply with a problem. */
export function ProblemActions({
  conversationId,
  problem,
  message,
  generation,
  onContinue,
  onRetry,
}: {
  conversationId: string
  problem: Problem
  message: Message
  generation: GenerationSummary
  /** With the reply's own model unless another is given. */
  onContinue(model?: string): void
  onRetry(options?: { model?: string; maxTokens?: number }): void
}) {
  const interrupted = generation.status === 'interrupted'
  const { kind, lowerMaxTokens } = problem
  const text = textOf(message.parts)
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-1 gap-y-2 text-note text-ink-quiet">
      {kind === 'budget' ? (
        <>
          <SettingsLink section="budgets">Raise</SettingsLink>
          <LazyCheaperPicker
            conversationId={conversationId}
            generation={generation}
            onChosen={interrupted ? onContinue : () => onRetry()}
          />
        </>
      ) : null}
      {interrupted ? (
        <Button variant={kind === 'budget' ? 'quiet' : 'plain'} className={compact} onClick={() => onContinue()}>
          <StepForward size={16} aria-hidden="true" />
          Continue
        </Button>
      ) : null}
      {lowerMaxTokens ? (
        <Button className={compact} onClick={() => onRetry({ maxTokens: lowerMaxTokens })}>
          Limit to {formatTokens(lowerMaxTokens)} and retry
        </Button>
      ) : null}
      <span className="flex items-center">
        <Button
          variant={interrupted || lowerMaxTokens ? 'quiet' : 'plain'}
          className={compact}
          onClick={() => onRetry()}
        >
          <RotateCcw size={16} aria-hidden="true" />
          Retry
        </Button>
        <span className="ms-1.5 flex touch:ms-0">
          <OtherModel model={generation.model} onChoose={(model) => onRetry({ model })} />
        </span>
      </span>
      <CheckProvider kind={kind} model={generation.model} />
      {text ? <CopyText text={() => text} /> : null}
      <ReplyMeta conversationId={conversationId} message={message} />
    </div>
  )
}

const compact = 'not-touch:h-8!'

const cheaperPicker = lazyComponent(() =>
  import('@/components/models/cheaper-picker').then((module) => module.CheaperPicker),
)

function LazyCheaperPicker(props: {
  conversationId: string
  generation: GenerationSummary
  onChosen(model: string): void
}) {
  const { component: CheaperPicker } = cheaperPicker.useComponent()
  return CheaperPicker ? <CheaperPicker {...props} /> : null
}

function SettingsLink({ section, children }: { section: string; children: string }) {
  return (
    <Link
      href={`/settings/${section}`}
      className="inline-flex h-8 touch:h-11 items-center rounded-small border border-line px-3 text-ink text-small transition-colors hover:bg-surface-raised"
    >
      {children}
    </Link>
  )
}

function CopyText({ text }: { text: () => string }) {
  const [result, setResult] = useState<string | null>(null)
  const copy = () =>
    copyText(text()).then(
      () => setResult('Copied'),
      () => setResult('Couldn’t copy'),
    )
  return (
    <Button variant="quiet" className={compact} onClick={() => void copy()}>
      <Copy size={16} aria-hidden="true" />
      {result ?? 'Copy'}
    </Button>
  )
}
