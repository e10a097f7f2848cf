'use client'
import { MessagePage } from '@/components/shell/message-page'
import { Button } from '@/components/ui/button'

/** A page of the app failed. What was written is safe on the server. */
export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <MessagePage
      title="This page failed"
      words={`Your conversations are safe on the server. Try again; if it fails again, reload the page. ${logMark(error)}`}
    >
      <Button look="primary" onClick={retry}>
        Try again
      </Button>
    </MessagePage>
  )
}

/** The number under which the server's log keeps what happened. */
function logMark(error: unknown): string {
  const digest = error instanceof Error && 'digest' in error ? error.digest : undefined
  return typeof digest === 'string' ? `The server’s log knows this as ${digest}.` : ''
}
