'use client'
import type { ComponentProps } from 'react'
import { Button } from '@/components/ui/button'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'
import { TranscriptSkeleton } from './placeholders'
import type { Transcript } from './transcript'

const transcript = lazyComponent(() => import('./transcript').then((module) => module.Transcript))

/** Starts loading the code of the transcript, which the first page doesn't need. */
export const preloadTranscript = transcript.preload

/** `Transcript`, or a skeleton until its code is loaded. */
export function LazyTranscript(props: ComponentProps<typeof Transcript>) {
  const { component: Component, failed } = transcript.useComponent()
  if (Component) return <Component {...props} />
  if (!failed) return <TranscriptSkeleton />
  return (
    <div
      role="alert"
      className="flex min-h-0 flex-1 flex-col items-center justify-center gap-3 p-6 text-center text-small"
    >
      <p className="text-ink-quiet">
        Couldn’t load the part of the page that shows messages. Nothing is lost, and Rill keeps trying while this page
        is open.
      </p>
      <Button onClick={() => window.location.reload()}>Reload the page</Button>
    </div>
  )
}
