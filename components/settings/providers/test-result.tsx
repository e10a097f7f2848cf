'use client'
import { Check, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from '@/components/ui/button'
import type { Problem } from '@/lib/protocol/events'
import type { ProviderTest } from '@/lib/protocol/providers'

/** The result of testing a provider: its models, and a short reply with the time to its first token. */
export function TestResult({ test, onUseAddress }: { test: ProviderTest; onUseAddress(baseUrl: string): void }) {
  const { betterBaseUrl, models, modelCount, modelsProblem, model, text, firstTokenMs, answerProblem } = test
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <ul ref={list} className="scroll-mb-4 space-y-2 rounded-medium bg-surface-raised px-4 py-3 text-small">
      {betterBaseUrl ? (
        <li className="flex gap-2">
          <TriangleAlert size={16} className="mt-0.5 shrink-0 text-warn" aria-hidden="true" />
          <div className="min-w-0 wrap-anywhere">
            <p>The server responds at {betterBaseUrl}, not at the base URL above.</p>
            <Button className="mt-1" onClick={() => onUseAddress(betterBaseUrl)}>
              Use this address
            </Button>
          </div>
        </li>
      ) : null}
      {modelsProblem ? (
        <Failed problem={modelsProblem}>Couldn’t load models: </Failed>
      ) : modelCount === 0 ? (
        <Passed>The server responds, but lists no models.</Passed>
      ) : (
        <Passed>
          {modelCount === 1 ? '1 model' : `${modelCount.toLocaleString('en')} models`} found
          <span className="text-ink-quiet">: {formatModels(models, modelCount)}</span>
        </Passed>
      )}
      {answerProblem ? (
        <Failed problem={answerProblem}>{model ? `${model} didn’t respond: ` : 'No response: '}</Failed>
      ) : model ? (
        <Passed>
          {model} responded
          {firstTokenMs === null ? (
            ''
          ) : (
            <span className="tabular-nums">, first token after {Math.round(firstTokenMs)} ms</span>
          )}
          {text.trim() ? <span className="block text-ink-quiet wrap-anywhere">“{text.trim()}”</span> : null}
        </Passed>
      ) : null}
    </ul>
  )
}

function formatModels(models: string[], count: number): string {
  const first = models.slice(0, 6)
  const more = count - first.length
  return more > 0 ? `${first.join(', ')} and ${more.toLocaleString('en')} more` : first.join(', ')
}

function Passed({ children }: { children: ReactNode }) {
  return (
    <li className="flex gap-2">
      <Check size={16} className="mt-0.5 shrink-0 text-accent" aria-hidden="true" />
      <span className="min-w-0 wrap-anywhere">{children}</span>
    </li>
  )
}

function Failed({ problem, children }: { problem: Problem; children: ReactNode }) {
  return (
    <li className="flex gap-2">
      <TriangleAlert size={16} className="mt-0.5 shrink-0 text-danger" aria-hidden="true" />
      <span className="min-w-0 wrap-anywhere">
        <span className="text-danger">
          {children}
          {problem.message}
        </span>
        {problem.upstreamMessage && !problem.message.startsWith(problem.upstreamMessage) ? (
          <details className="text-ink-quiet">
            <summary className="w-fit">Provider message</summary>
            <span className="font-mono text-note">{problem.upstreamMessage}</span>
          </details>
        ) : null}
      </span>
    </li>
  )
}
