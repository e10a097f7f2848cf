'use client'
import Link from 'next/link'
import { Header } from '@/components/shell/header'
import { Part } from '@/components/usage/chart-section'
import { SideBySide } from './side-by-side'
import { SpeedTest } from './speed-test'

/** What streaming buys, and how fast models are: tried out, with real answers. */
export function LabPage() {
  return (
    <>
      <title>Lab · Rill</title>
      <Header title="" />
      <div className="min-h-0 flex-1 scrolls">
        <div className="column space-y-10 pt-4 pb-24">
          <div>
            <h1 className="font-strong text-title">Lab</h1>
            <p className="mt-1 max-w-measure text-ink-quiet text-small">
              What is asked here goes to the models like every other prompt, and costs as much. It is counted in{' '}
              <Link href="/usage" className="text-accent underline underline-offset-2">
                Usage
              </Link>{' '}
              and kept in conversations named Lab.
            </p>
          </div>
          <Part title="Streamed and all at once" words="The same prompt twice, at the same time.">
            <SideBySide />
          </Part>
          <Part title="How fast models are" words="One short prompt to each of them, one after another.">
            <SpeedTest />
          </Part>
        </div>
      </div>
    </>
  )
}
