import '../globals.css'
import type { ReactNode } from 'react'
import { Document } from '@/components/shell/document'

export { generateMetadata, viewport } from '@/components/shell/document'

/** A root of its own: who has not signed in has no session for the app's layout to show. */
export default function SignInLayout({ children }: { children: ReactNode }) {
  return <Document theme="system">{children}</Document>
}
