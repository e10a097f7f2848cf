'use client'
import { MessagePage } from '@/components/page/message-page'
import { Button } from '@/components/ui/button'

/** A page of the app failed. What was written is safe on the server. */
export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <MessagePage
      title="Something went wrong"
      words={`Your conversations are safe on the server. Try again, or reload the page. ${logMark(error)}`}
    >
      <Button look="primary" onClick={retry}>
        Try again
      </Button>
    </MessagePage>
  )
}

/** What to look for in the server's log. */
function logMark(error: unknown): string {
  const digest = error instanceof Error && 'digest' in error ? error.digest : undefined
  return typeof digest === 'string' ? `Error code in the server’s log: ${digest}.` : ''
}
