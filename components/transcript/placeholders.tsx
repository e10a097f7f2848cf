'use client'
import Link from 'next/link'
import { useMode } from '@/components/page/mode'
import { Button } from '@/components/ui/button'
import type { ConversationEntry } from '@/lib/client/state/types'
import type { Mode } from '@/lib/protocol/mode'

/** Stands in for the last turns of a conversation that is loading. */
export function TranscriptSkeleton() {
  return (
    <div className="min-h-0 flex-1 gutter" aria-busy="true">
      <span className="sr-only">Loading conversation…</span>
      <div
        className="column flex min-h-full animate-pulse flex-col justify-end space-y-8 pt-4 pb-10"
        aria-hidden="true"
      >
        {['w-2/5', 'w-3/5'].map((width) => (
          <div key={width} className="space-y-8">
            <div className={`ms-auto h-12 rounded-large bg-surface-raised ${width}`} />
            <div className="space-y-3">
              <div className="h-4 rounded-small bg-surface-raised" />
              <div className="h-4 rounded-small bg-surface-raised" />
              <div className="h-4 w-4/5 rounded-small bg-surface-raised" />
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}

const maybeDeleted = 'It may have been deleted.'
const missingText: Record<Mode, string> = {
  local: maybeDeleted,
  password: maybeDeleted,
  open: 'It may have been deleted, or it was started in another browser. Conversations stay in the browser they were started in.',
}

/** In place of a conversation that doesn't exist or couldn't be loaded. */
export function ConversationUnavailable({ entry, onRetry }: { entry: ConversationEntry; onRetry(): void }) {
  const missing = entry.state === 'missing'
  const mode = useMode()
  return (
    <div className="min-h-0 flex-1 scrolls">
      <div className="column flex min-h-full flex-col items-start justify-center pb-16">
        <h1 className="font-strong text-lead">
          {missing ? 'Conversation not found' : 'Couldn’t load this conversation'}
        </h1>
        <p className="mt-2 max-w-measure text-ink-quiet">
          {missing ? missingText[mode] : (entry.problem?.message ?? 'The server didn’t respond.')}
        </p>
        <div className="mt-6">
          {missing ? (
            <Link
              href="/"
              className="inline-flex h-9 touch:h-11 items-center rounded-small bg-accent px-3 font-strong text-accent-ink text-small hover:bg-accent/90"
            >
              Start a new conversation
            </Link>
          ) : (
            <Button variant="primary" onClick={onRetry}>
              Try again
            </Button>
          )}
        </div>
      </div>
    </div>
  )
}
