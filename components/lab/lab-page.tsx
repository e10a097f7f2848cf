'use client'
import Link from 'next/link'
import { useCallback, useState } from 'react'
import { Page } from '@/components/page/page'
import { PageSection } from '@/components/usage/page-section'
import { EarlierRuns } from './earlier-runs'
import { SideBySide } from './side-by-side'
import { SpeedTest } from './speed-test'

/** Experiments with real replies: what streaming changes, and how fast models are. */
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
      <PageSection title="Streaming vs. waiting" description="Sends the same prompt both ways, side by side.">
        <SideBySide onSaved={onSaved} />
      </PageSection>
      <PageSection title="Model speed" description="Sends one short prompt to each model, one after another.">
        <SpeedTest onSaved={onSaved} />
      </PageSection>
      <EarlierRuns runs={runs} />
    </Page>
  )
}
