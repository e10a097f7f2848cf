import '../globals.css'
import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { sidebarCookie } from '@/components/page/sidebar-cookie'
import { Document, documentMetadata, documentViewport } from '@/components/shell/document'
import { Shell } from '@/components/shell/shell'
import { dayAt, offsetAt } from '@/components/sidebar/group-by-date'
import { ConversationProvider } from '@/lib/client/state/context'
import { pageOrigin, pageSession, pageTheme } from '@/lib/http/page'

export async function generateViewport(): Promise<Viewport> {
  return documentViewport(await pageTheme())
}

export async function generateMetadata(): Promise<Metadata> {
  return documentMetadata(await pageOrigin())
}

/** The root layout of the app. All its pages share one store, so streams survive navigation. */
export default async function ChatLayout({ children }: { children: ReactNode }) {
  const session = await pageSession()
  const now = Date.now()
  const collapsed = (await cookies()).get(sidebarCookie)?.value === 'folded'
  return (
    <Document theme={session.settings.theme}>
      <ConversationProvider initial={session}>
        <Shell clock={{ today: dayAt(now), offset: offsetAt(now) }} initiallyCollapsed={collapsed} mode={session.mode}>
          {children}
        </Shell>
      </ConversationProvider>
    </Document>
  )
}
