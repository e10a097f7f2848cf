import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { themeColors } from '@/components/page/bar-colors'
import { fonts } from '@/components/ui/fonts'
import type { Settings } from '@/lib/protocol/api'

const description = 'A chat app for language models that never loses a word.'

// Shared by the two root layouts: the app's, which has a session, and the sign-in page's, which has none.

/** The metadata of every page. Pages render their own titles, because a conversation's title changes in the browser. */
export function documentMetadata(origin: string | null): Metadata {
  return { ...metadata, metadataBase: origin !== null && URL.canParse(origin) ? new URL(origin) : null }
}

const metadata: Metadata = {
  applicationName: 'Rill',
  description,
  manifest: '/manifest.webmanifest',
  icons: {
    icon: [
      { url: '/favicon.ico', sizes: '32x32' },
      { url: '/icon.svg', type: 'image/svg+xml' },
    ],
    apple: '/apple-icon.png',
  },
  openGraph: {
    title: 'Rill',
    description,
    images: [{ url: '/open-graph.png', width: 1200, height: 630, alt: 'Rill: three strokes of a stream' }],
  },
  robots: { index: false },
}

export function documentViewport(theme: Settings['theme']): Viewport {
  return {
    width: 'device-width',
    initialScale: 1,
    viewportFit: 'cover',
    interactiveWidget: 'resizes-content',
    themeColor: themeColors(theme),
  }
}

export function Document({ theme, children }: { theme: Settings['theme']; children: ReactNode }) {
  return (
    <html lang="en" data-theme={theme} className={fonts}>
      <body>{children}</body>
    </html>
  )
}
