'use client'
import { useMode } from '@/components/page/mode'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'

const lazySignOut = lazyComponent(() => import('./sign-out').then((module) => module.SignOut))

/** Sign out in password mode; in open mode, a note that conversations belong to this browser. */
export function SessionFooter({ className }: { className: string }) {
  const mode = useMode()
  const { component: SignOut } = lazySignOut.useComponent(mode === 'password')
  if (mode === 'password') return SignOut ? <SignOut className={className} /> : <div className={className} />
  if (mode === 'local') return null
  return <p className="px-2 pt-1.5 pb-0.5 text-ink-quiet text-note">Conversations belong to this browser.</p>
}
