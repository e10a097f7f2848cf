'use client'
import { Copy, RotateCcw, StepForward } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { copyText } from '@/components/ui/copy-text'
import { lazily } from '@/components/ui/lazily'
import type { Problem } from '@/lib/protocol/events'
import type { GenerationSummary } from '@/lib/protocol/messages'
import { problemDetails, problemWords, providersSentence } from './endings'
import { tokenWords } from './numbers'

/** What went wrong, why, and what to do next, where it happened: under the text that had arrived. */
export function ProblemBlock({
  conversationId,
  problem,
  generation,
  text,
  onContinue,
  onRetry,
}: {
  conversationId: string
  problem: Problem
  generation: GenerationSummary
  /** The text that had arrived. */
  text: string
  /** With another model than the one that wrote it, where one is named. */
  onContinue(model?: string): void
  /** For an answer of at most so many tokens, where that is what helps. */
  onRetry(maxTokens?: number): void
}) {
  const interrupted = generation.status === 'interrupted'
  const { cause, nextStep } = problemWords(problem, generation)
  const { kind, upstreamMessage, upstreamStatus, requestId, lowerMaxTokens } = problem
  return (
    <div className="max-w-measure pt-3 pb-2 text-small">
      <p className={`font-strong wrap-anywhere ${interrupted ? 'text-warn' : 'text-danger'}`}>{cause}</p>
      {nextStep ? <p>{nextStep}</p> : null}
      {upstreamMessage && !providersSentence(problem) ? (
        <details className="mt-2 text-ink-quiet">
          <summary className="w-fit rounded-small touch:min-h-11">The provider’s own words</summary>
          <p className="mt-1 border-line border-s-2 ps-3 font-mono text-note wrap-anywhere">{upstreamMessage}</p>
        </details>
      ) : null}
      {upstreamStatus || requestId ? (
        <p className="mt-1 text-ink-quiet text-note wrap-anywhere">
          {upstreamStatus ? `Status ${upstreamStatus}` : ''}
          {upstreamStatus && requestId ? ' · ' : ''}
          {requestId ? (
            <>
              Request id <span className="select-all">{requestId}</span>
            </>
          ) : null}
        </p>
      ) : null}
      <div className="mt-3 flex flex-wrap items-center gap-2">
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
          <Button look={kind === 'budget' ? 'quiet' : 'plain'} onClick={() => onContinue()}>
            <StepForward size={16} aria-hidden="true" />
            Continue
          </Button>
        ) : null}
        {lowerMaxTokens ? (
          <Button onClick={() => onRetry(lowerMaxTokens)}>Retry with at most {tokenWords(lowerMaxTokens)}</Button>
        ) : null}
        <Button look={interrupted || lowerMaxTokens ? 'quiet' : 'plain'} onClick={() => onRetry()}>
          <RotateCcw size={16} aria-hidden="true" />
          Retry
        </Button>
        {text ? <CopyWords face="Copy" look="quiet" text={() => text} /> : null}
        {kind === 'auth' || kind === 'not_found' ? (
          <SettingsLink section="providers">Open settings</SettingsLink>
        ) : null}
        <CopyWords face="Copy details" look="bare" text={() => problemDetails(problem, generation)} />
      </div>
    </div>
  )
}

const picker = lazily(() => import('./cheaper-picker').then((module) => module.CheaperPicker))

/** The way on with a model that costs less. Until its code is here, the other ways are. */
function CheaperModel(props: { conversationId: string; generation: GenerationSummary; onChosen(model: string): void }) {
  const { component: CheaperPicker } = picker.useIt()
  return CheaperPicker ? <CheaperPicker {...props} /> : null
}

function SettingsLink({ section, children }: { section: string; children: string }) {
  return (
    <Link
      href={`/settings#${section}`}
      className="inline-flex h-9 touch:h-11 items-center rounded-small border border-line px-3 font-strong hover:bg-surface-raised"
    >
      {children}
    </Link>
  )
}

function CopyWords({ face, look, text }: { face: string; look: 'quiet' | 'bare'; text: () => string }) {
  const [answer, setAnswer] = useState<string | null>(null)
  const copy = () =>
    copyText(text()).then(
      () => setAnswer('Copied'),
      () => setAnswer('Copying was not allowed'),
    )
  return (
    <Button look={look} onClick={() => void copy()}>
      <Copy size={16} aria-hidden="true" />
      {answer ?? face}
    </Button>
  )
}
