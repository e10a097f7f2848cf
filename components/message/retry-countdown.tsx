'use client'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { focusComposerOrTranscript } from '@/components/ui/composer-focus'
import { ElapsedSeconds } from '@/components/ui/elapsed-seconds'
import { useConversations } from '@/lib/client/state/context'
import { createCalls, problemFrom } from '@/lib/client/transport/api-calls'
import { browserEnvironment } from '@/lib/client/transport/browser-environment'
import type { RetryData } from '@/lib/protocol/events'

const calls = createCalls(browserEnvironment)

/** The wait before a retry: its reason, the seconds left, and buttons to end it. */
export function RetryCountdown({
  conversationId,
  generationId,
  wait,
}: {
  conversationId: string
  generationId: string
  wait: RetryData
}) {
  const stop = useConversations((state) => state.stop)
  const [problem, setProblem] = useState<string | null>(null)
  const retryNow = () => {
    setProblem(null)
    calls.done('POST', `/api/generations/${encodeURIComponent(generationId)}/retry`).catch((error: unknown) => {
      setProblem(`Still waiting. ${problemFrom(error).message}`)
    })
  }
  const secondsLeft = useSecondsLeft(wait)
  const totalSeconds = Math.ceil(wait.delayMs / 1000)
  const box = useRef<HTMLDivElement>(null)
  // When the wait ends, its buttons are unmounted.
  useLayoutEffect(() => {
    const element = box.current
    return () => {
      if (element?.contains(document.activeElement)) focusComposerOrTranscript()
    }
  }, [])
  return (
    <div ref={box} className="rounded-medium bg-surface-raised px-4 py-3 text-small">
      {/* Read out once, unlike the countdown. */}
      <p className="sr-only">
        {wait.message}. Trying again in {totalSeconds === 1 ? '1 second' : `${totalSeconds} seconds`}, attempt{' '}
        {wait.attempt} of {wait.of}.
      </p>
      <p aria-hidden="true">
        <span className="font-strong text-warn">{wait.message}.</span>{' '}
        <span className="tabular-nums text-ink-quiet">
          {secondsLeft > 0 ? (
            `Trying again in ${secondsLeft} s`
          ) : (
            <>
              Trying again
              <ElapsedSeconds since={wait.at} />
            </>
          )}{' '}
          ({wait.attempt} of {wait.of})
        </span>
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button onClick={retryNow} disabled={secondsLeft === 0}>
          Retry now
        </Button>
        <Button variant="quiet" onClick={() => void stop(conversationId)}>
          Cancel
        </Button>
      </div>
      {problem ? (
        <p role="alert" className="mt-2 text-danger">
          {problem}
        </p>
      ) : null}
    </div>
  )
}

/** Whole seconds until the wait ends. The server's clock may differ, so never more than the whole wait. */
function useSecondsLeft({ at, delayMs }: RetryData): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])
  return Math.max(0, Math.ceil(Math.min(delayMs, at - now) / 1000))
}
