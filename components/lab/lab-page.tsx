'use client'
import Link from 'next/link'
import { useCallback, useState } from 'react'
import { Page } from '@/components/page/page'
import { Part } from '@/components/usage/chart-section'
import { EarlierRuns } from './earlier-runs'
import { SideBySide } from './side-by-side'
import { SpeedTest } from './speed-test'

/** What streaming changes, and how fast models are: tried out, with real replies. */
export function LabPage() {
  const [runs, setRuns] = useState(0)
  const onSaved = useCallback(() => setRuns((count) => count + 1), [])
  return (
    <Page title="Lab" className="space-y-12">
      <div>
        <h1 className="font-strong text-title">Lab</h1>
        <p className="mt-1 max-w-measure text-ink-quiet text-small">
          Prompts here are sent to real models and cost the same as any other. They count in{' '}
          <Link href="/usage" className="text-accent underline underline-offset-2">
            Usage
          </Link>{' '}
          and are saved below, apart from your conversations.
        </p>
      </div>
      <Part title="Streaming vs. waiting" words="Sends the same prompt both ways, side by side.">
        <SideBySide onSaved={onSaved} />
      </Part>
      <Part title="Model speed" words="Sends one short prompt to each model, one after another.">
        <SpeedTest onSaved={onSaved} />
      </Part>
      <EarlierRuns runs={runs} />
    </Page>
  )
}
