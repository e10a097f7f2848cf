'use client'
import { MessagePage } from '@/components/page/message-page'
import { Button } from '@/components/ui/button'

/** Shown when a page of the app throws. Next calls `retry` to render it again. */
export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <MessagePage
      title="Something went wrong"
      message={`Your conversations are safe on the server. Try again, or reload the page. ${digestSentence(error)}`}
    >
      <Button variant="primary" onClick={retry}>
        Try again
      </Button>
    </MessagePage>
  )
}

/** The error's digest, by which to find it in the server's log. */
function digestSentence(error: unknown): string {
  const digest = error instanceof Error && 'digest' in error ? error.digest : undefined
  return typeof digest === 'string' ? `Error code in the server’s log: ${digest}.` : ''
}
