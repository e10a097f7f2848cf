'use client'
import { RotateCcw } from 'lucide-react'
import Link from 'next/link'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import type { Problem } from '@/lib/protocol/events'
import type { GenerationSummary } from '@/lib/protocol/messages'
import { nextStep, problemDetails } from './endings'

/** What went wrong, why, and what to do next, where it happened: under the text that had arrived. */
export function ProblemBlock({
  problem,
  generation,
  onRetry,
}: {
  problem: Problem
  generation: GenerationSummary | null
  onRetry?: () => void
}) {
  const interrupted = generation?.status === 'interrupted'
  return (
    <div className="max-w-measure py-2 text-small">
      <p className={`font-strong ${interrupted ? 'text-warn' : 'text-danger'}`}>
        {interrupted ? `Response interrupted: ${problem.message}` : problem.message}
      </p>
      <p className="mt-1">
        {nextStep(problem)}
        {problem.kind === 'auth' || problem.kind === 'not_found' ? (
          <>
            {' '}
            <Link href="/settings" className="text-accent underline underline-offset-3">
              Open settings
            </Link>
          </>
        ) : null}
      </p>
      {problem.upstreamMessage ? (
        <details className="mt-2 text-ink-quiet">
          <summary className="w-fit">
            The provider’s own words{problem.upstreamStatus ? ` (status ${problem.upstreamStatus})` : ''}
          </summary>
          <p className="mt-1 border-line border-s-2 ps-3 font-mono text-note wrap-anywhere">
            {problem.upstreamMessage}
          </p>
        </details>
      ) : null}
      {problem.requestId ? (
        <p className="mt-1 text-note text-ink-quiet">
          Request id <span className="font-mono select-all wrap-anywhere">{problem.requestId}</span>
        </p>
      ) : null}
      <div className="mt-3 flex items-center gap-2">
        {onRetry ? (
          <Button onClick={onRetry}>
            <RotateCcw size={16} aria-hidden="true" />
            Try again
          </Button>
        ) : null}
        <CopyButton label="Copy details" text={() => problemDetails(problem, generation)} />
      </div>
    </div>
  )
}
