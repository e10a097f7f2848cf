'use client'

/** Shown when the root layout throws. The styles are inline: importing the style sheet would make every page fetch it twice. */
export default function GlobalError() {
  return (
    <html lang="en" style={{ colorScheme: 'light dark', fontFamily: 'system-ui, sans-serif', lineHeight: 1.6 }}>
      <body style={{ margin: '20vh auto', maxWidth: '34rem', padding: '0 1rem' }}>
        <title>Something went wrong · Rill</title>
        <h1 style={{ fontSize: '1.25rem' }}>Rill couldn’t show this page</h1>
        <p>Your conversations are safe on the server. Reload the page to continue.</p>
        <button
          type="button"
          onClick={() => window.location.reload()}
          style={{ font: 'inherit', padding: '0.5rem 1rem' }}
        >
          Reload
        </button>
      </body>
    </html>
  )
}
