'use client'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { useMode } from '@/components/shell/mode'
import { useConversations } from '@/lib/store/context'

/** Whose history the sidebar shows, where that needs saying, and the way out of it where a password leads in. */
export function WhoseHistory({ className }: { className: string }) {
  const mode = useMode()
  if (mode === 'password') return <SignOut className={className} />
  if (mode === 'local') return null
  return <p className="px-2 pt-1.5 pb-0.5 text-ink-quiet text-note">Conversations belong to this browser.</p>
}

function SignOut({ className }: { className: string }) {
  const [asking, setAsking] = useState(false)
  const notify = useConversations((state) => state.notify)
  const signOut = async () => {
    setAsking(true)
    try {
      const { ok } = await fetch('/api/session', { method: 'DELETE' })
      if (!ok) throw new Error('The server did not end the session')
      window.location.assign('/sign-in')
    } catch {
      setAsking(false)
      notify({ id: 'sign-out', tone: 'danger', text: 'Couldn’t sign out. Check the connection, then try again.' })
    }
  }
  return (
    <button type="button" disabled={asking} onClick={() => void signOut()} className={`${className} w-full`}>
      <LogOut size={16} aria-hidden="true" />
      {asking ? 'Signing out' : 'Sign out'}
    </button>
  )
}
