'use client'
import './globals.css'
import { Button } from '@/components/ui/button'

/** The frame itself failed, so nothing of it can be used here, nor the person's theme. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <title>Rill failed</title>
        <main className="mx-auto flex h-dvh max-w-column flex-col items-start justify-center px-4">
          <h1 className="font-strong text-lead">Rill failed to show this page</h1>
          <p className="mt-2 text-ink-quiet">Your conversations are safe on the server. Reload to go on.</p>
          <Button look="primary" className="mt-6" onClick={() => window.location.reload()}>
            Reload
          </Button>
        </main>
      </body>
    </html>
  )
}
