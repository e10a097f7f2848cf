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
import { ReplyMeta } from './reply-meta'
import { describeProblem, providerSentence } from './reply-status'

/** What went wrong, why, and what to do next, where it happened: under the text that had arrived. */
export function ProblemBlock({ problem, generation }: { problem: Problem; generation: GenerationSummary }) {
  const { cause, nextStep } = describeProblem(problem, generation)
  const { upstreamMessage, upstreamStatus, requestId } = problem
  const message = upstreamMessage && !providerSentence(problem) ? upstreamMessage : null
  const marks = [upstreamStatus ? `Status ${upstreamStatus}` : null, requestId ? `Request ID ${requestId}` : null]
  const known = marks.filter((each) => each !== null).join(' · ')
  return (
    <div className="py-1 text-small">
      <p className={`font-strong wrap-anywhere ${generation.status === 'interrupted' ? 'text-warn' : 'text-danger'}`}>
        {cause}
      </p>
      {nextStep ? <p className="wrap-anywhere">{nextStep}</p> : null}
      {message || known ? (
        <details className="group/fold mt-1 text-ink-quiet">
          <summary className="-ms-1 flex h-8 w-fit touch:h-11 list-none items-center gap-1 rounded-small pe-2 hover:text-ink [&::-webkit-details-marker]:hidden">
            <ChevronRight size={16} aria-hidden="true" className="transition-[rotate] group-open/fold:rotate-90" />
            {message ? `Provider message${upstreamStatus ? ` (${upstreamStatus})` : ''}` : 'Technical details'}
          </summary>
          <div className="mt-1 mb-2 border-line border-s ps-3 wrap-anywhere">
            {message ? <p>{message}</p> : null}
            {known ? <p className="select-text text-note">{known}</p> : null}
          </div>
        </details>
      ) : null}
    </div>
  )
}

/** The ways on from a reply that went wrong, in one row with what every reply has. */
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
  /** With another model than the one that wrote it, where one is named. */
  onContinue(model?: string): void
  /** With another model, or for a reply of at most so many tokens, where that is what helps. */
  onRetry(wish?: { model?: string; maxTokens?: number }): void
}) {
  const interrupted = generation.status === 'interrupted'
  const { kind, lowerMaxTokens } = problem
  const text = textOf(message.parts)
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-1 gap-y-2 text-note text-ink-quiet">
      {kind === 'budget' ? (
        <>
          <SettingsLink section="budgets">Raise</SettingsLink>
          <CheaperModel
            conversationId={conversationId}
            generation={generation}
            onChosen={interrupted ? onContinue : () => onRetry()}
          />
        </>
      ) : null}
      {interrupted ? (
        <Button variant={kind === 'budget' ? 'quiet' : 'plain'} className={low} onClick={() => onContinue()}>
          <StepForward size={16} aria-hidden="true" />
          Continue
        </Button>
      ) : null}
      {lowerMaxTokens ? (
        <Button className={low} onClick={() => onRetry({ maxTokens: lowerMaxTokens })}>
          Limit to {formatTokens(lowerMaxTokens)} and retry
        </Button>
      ) : null}
      <span className="flex items-center">
        <Button variant={interrupted || lowerMaxTokens ? 'quiet' : 'plain'} className={low} onClick={() => onRetry()}>
          <RotateCcw size={16} aria-hidden="true" />
          Retry
        </Button>
        <span className="ms-1.5 flex touch:ms-0">
          <OtherModel model={generation.model} onChoose={(model) => onRetry({ model })} />
        </span>
      </span>
      <CheckProvider kind={kind} model={generation.model} />
      {text ? <CopyWords text={() => text} /> : null}
      <ReplyMeta conversationId={conversationId} message={message} />
    </div>
  )
}

const low = 'not-touch:h-8!'

const picker = lazyComponent(() => import('@/components/models/cheaper-picker').then((module) => module.CheaperPicker))

/** The way on with a model that costs less. Until its code is here, the other ways are. */
function CheaperModel(props: { conversationId: string; generation: GenerationSummary; onChosen(model: string): void }) {
  const { component: CheaperPicker } = picker.useComponent()
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

function CopyWords({ text }: { text: () => string }) {
  const [answer, setAnswer] = useState<string | null>(null)
  const copy = () =>
    copyText(text()).then(
      () => setAnswer('Copied'),
      () => setAnswer('Couldn’t copy'),
    )
  return (
    <Button variant="quiet" className={low} onClick={() => void copy()}>
      <Copy size={16} aria-hidden="true" />
      {answer ?? 'Copy'}
    </Button>
  )
}
