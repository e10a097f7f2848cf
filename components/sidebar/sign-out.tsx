'use client'
import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { useConversations } from '@/lib/client/state/context'

export function SignOut({ className }: { className: string }) {
  const [pending, setPending] = useState(false)
  const notify = useConversations((state) => state.notify)
  const signOut = async () => {
    setPending(true)
    try {
      const { ok } = await fetch('/api/session', { method: 'DELETE' })
      if (!ok) throw new Error('The server did not end the session')
      window.location.assign('/sign-in')
    } catch {
      setPending(false)
      notify({ id: 'sign-out', tone: 'danger', text: 'Couldn’t sign out. Check the connection, then try again.' })
    }
  }
  return (
    <button type="button" disabled={pending} onClick={() => void signOut()} className={`${className} w-full`}>
      <LogOut size={16} aria-hidden="true" />
      {pending ? 'Signing out…' : 'Sign out'}
    </button>
  )
}
