import '../globals.css'
import type { ReactNode } from 'react'
import { Document } from '@/components/shell/document'
import { Shell } from '@/components/shell/shell'
import { startOfDay } from '@/components/sidebar/group-by-date'
import { pageSession } from '@/lib/http/page'
import { ConversationProvider } from '@/lib/store/context'

export { generateMetadata, viewport } from '@/components/shell/document'

/** The root of the app: everything under it shares one store, so streams survive going from page to page. */
export default async function ChatLayout({ children }: { children: ReactNode }) {
  const session = await pageSession()
  return (
    <Document theme={session.settings.theme}>
      <ConversationProvider initial={session}>
        <Shell today={startOfDay(Date.now())}>{children}</Shell>
      </ConversationProvider>
    </Document>
  )
}
