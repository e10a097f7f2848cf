'use client'
import { useMode } from '@/components/page/mode'
import { lazyComponent } from '@/components/ui/lazy/lazy-component'

const signOut = lazyComponent(() => import('./sign-out').then((module) => module.SignOut))

/** Whose history the sidebar shows, where that needs saying, and the way out of it where a password leads in. */
export function WhoseHistory({ className }: { className: string }) {
  const mode = useMode()
  const { component: SignOut } = signOut.useComponent(mode === 'password')
  if (mode === 'password') return SignOut ? <SignOut className={className} /> : <div className={className} />
  if (mode === 'local') return null
  return <p className="px-2 pt-1.5 pb-0.5 text-ink-quiet text-note">Conversations belong to this browser.</p>
}
