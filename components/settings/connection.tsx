'use client'
import { Check, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { readTicks, type Streaming, streamingOf } from '@/lib/protocol/ticks'

type Result = Streaming | { failed: true }

/** Times a stream of events from the server to this page, and reports whether a proxy buffers it. */
export function ConnectionTest() {
  const [result, setResult] = useState<Result | null>(null)
  const [testing, setTesting] = useState(false)
  const run = async () => {
    if (testing) return
    setTesting(true)
    setResult(await testConnection())
    setTesting(false)
  }
  return (
    <div className="space-y-3">
      <Button onClick={run} aria-disabled={testing}>
        {testing ? 'Testing…' : 'Test connection'}
      </Button>
      <div role="status">{result && !testing ? <TestResult result={result} /> : null}</div>
    </div>
  )
}

async function testConnection(): Promise<Result> {
  try {
    const response = await fetch('/api/health/stream', { cache: 'no-store' })
    if (!response.ok || !response.body) return { failed: true }
    return streamingOf(await readTicks(response.body, () => performance.now()))
  } catch {
    return { failed: true }
  }
}

function TestResult({ result }: { result: Result }) {
  const passed = 'smooth' in result && result.smooth
  const Icon = passed ? Check : TriangleAlert
  return (
    <p className="flex max-w-measure gap-2 rounded-medium bg-surface-raised px-4 py-3 text-small">
      <Icon size={16} className={`mt-0.5 shrink-0 ${passed ? 'text-accent' : 'text-danger'}`} aria-hidden="true" />
      <span className="min-w-0 wrap-anywhere">{formatResult(result)}</span>
    </p>
  )
}

function formatResult(result: Result): string {
  if ('failed' in result) {
    return 'The test was cut off. Check that Rill’s server is running, then test again.'
  }
  if (result.smooth) return 'Streaming works: nothing is buffering replies.'
  return `A proxy between Rill’s server and this page holds text back for ${(result.heldMs / 1000).toFixed(1)} s. In nginx, set “proxy_buffering off” and “gzip off” for Rill; elsewhere, turn off response buffering and compression for text/event-stream. “Deploying Rill” under About has configurations that work.`
}
