'use client'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { useConversations } from '@/lib/client/state/context'

/** The way out of a history that a password leads to. */
export function SignOut({ className }: { className: string }) {
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
      {asking ? 'Signing out…' : 'Sign out'}
    </button>
  )
}
