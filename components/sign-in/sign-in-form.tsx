'use client'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { touchScreen } from '@/components/ui/use-media'
import { errorBody } from '@/lib/protocol/api'
import type { SignInRequest } from '@/lib/protocol/requests/session'

/** Takes the password; the answer comes in words. When it was right, leads to `next`, a path of this site. */
export function SignInForm({ next }: { next: string }) {
  const [password, setPassword] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const reason = useId()
  useEffect(() => {
    if (!window.matchMedia(touchScreen).matches) field.current?.focus()
  }, [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (asking) return
    setAsking(true)
    const words = await signIn(password)
    if (words === null) {
      // A server is not told the fragment, which names a message of the page that was wanted; the browser keeps it.
      window.location.assign(next.includes('#') ? next : next + window.location.hash)
      return
    }
    setRefusal(words)
    setAsking(false)
    field.current?.select()
    field.current?.focus()
  }

  return (
    // Sent before the page is awake, the password would be in the address, were it not for the method.
    <form method="post" onSubmit={submit} className="mt-6">
      <label htmlFor="password" className="font-strong text-small">
        Password
      </label>
      <input
        ref={field}
        id="password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        aria-invalid={refusal !== null}
        aria-describedby={refusal ? reason : undefined}
        className="mt-1 h-11 w-full rounded-small border border-line-strong bg-surface px-3 outline-none focus:border-accent aria-invalid:border-danger"
      />
      <p id={reason} role="alert" className="min-h-6 pt-1 text-danger text-small">
        {refusal}
      </p>
      <Button type="submit" variant="primary" className="mt-2 h-11 w-full" aria-disabled={asking}>
        {asking ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  )
}

/** Null when the password was right, else why not, in words. */
async function signIn(password: string): Promise<string | null> {
  try {
    const response = await fetch('/api/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ password } satisfies SignInRequest),
    })
    if (response.ok) return null
    const parsed = errorBody.safeParse(await response.json())
    if (response.status === 429) {
      const seconds = Number(response.headers.get('Retry-After'))
      return `Too many attempts. Try again in ${inWords(seconds)}.`
    }
    return parsed.data?.error.message ?? 'Couldn’t sign in. Try again in a moment.'
  } catch {
    return 'Couldn’t reach the server. Check your connection, then try again.'
  }
}

function inWords(seconds: number): string {
  if (!(seconds > 60)) return seconds > 1 ? `${seconds} seconds` : 'a moment'
  return `${Math.ceil(seconds / 60)} minutes`
}
