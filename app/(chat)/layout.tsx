import '../globals.css'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { Document, metadataAt } from '@/components/shell/document'
import { Shell } from '@/components/shell/shell'
import { pageOrigin, pageSession } from '@/lib/http/page'
import { dayOf } from '@/lib/protocol/days'
import { ConversationProvider } from '@/lib/store/context'

export { viewport } from '@/components/shell/document'

export async function generateMetadata(): Promise<Metadata> {
  return metadataAt(await pageOrigin())
}

/** The root of the app: everything under it shares one store, so streams survive going from page to page. */
export default async function ChatLayout({ children }: { children: ReactNode }) {
  const session = await pageSession()
  return (
    <Document theme={session.settings.theme}>
      <ConversationProvider initial={session}>
        <Shell today={dayOf(Date.now(), session.settings.timeZone)} mode={session.mode}>
          {children}
        </Shell>
      </ConversationProvider>
    </Document>
  )
}
