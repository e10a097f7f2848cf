import '../globals.css'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { Document, metadataAt, viewportIn } from '@/components/shell/document'
import { pageOrigin } from '@/lib/http/page'

export const viewport = viewportIn('system')

export async function generateMetadata(): Promise<Metadata> {
  return metadataAt(await pageOrigin())
}

/** A root of its own: who has not signed in has no session for the app's layout to show. */
export default function SignInLayout({ children }: { children: ReactNode }) {
  return <Document theme="system">{children}</Document>
}
