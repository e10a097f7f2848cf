import '../globals.css'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { Document, documentMetadata, documentViewport } from '@/components/shell/document'
import { pageOrigin } from '@/lib/http/page'

export const viewport = documentViewport('system')

export async function generateMetadata(): Promise<Metadata> {
  return documentMetadata(await pageOrigin())
}

/** A separate root layout: the app's layout needs a session. */
export default function SignInLayout({ children }: { children: ReactNode }) {
  return <Document theme="system">{children}</Document>
}
