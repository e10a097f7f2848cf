'use client'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { touchScreen } from '@/components/ui/use-media'
import { errorBody } from '@/lib/protocol/api'
import type { SignInRequest } from '@/lib/protocol/requests/session'

/** Signs in with the password, then goes to `next`, a path of this site. */
export function SignInForm({ next }: { next: string }) {
  const [password, setPassword] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [pending, setPending] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const problemId = useId()
  useEffect(() => {
    if (!window.matchMedia(touchScreen).matches) field.current?.focus()
  }, [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (pending) return
    setPending(true)
    const message = await signIn(password)
    if (message === null) {
      // The server, which made `next`, never sees the hash, which can link to a message.
      window.location.assign(next.includes('#') ? next : next + window.location.hash)
      return
    }
    setProblem(message)
    setPending(false)
    field.current?.select()
    field.current?.focus()
  }

  return (
    // Without the method, a submit before hydration would put the password into the URL.
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
        aria-invalid={problem !== null}
        aria-describedby={problem ? problemId : undefined}
        className="mt-1 h-11 w-full rounded-small border border-line-strong bg-surface px-3 outline-none focus:border-accent aria-invalid:border-danger"
      />
      <p id={problemId} role="alert" className="min-h-6 pt-1 text-danger text-small">
        {problem}
      </p>
      <Button type="submit" variant="primary" className="mt-2 h-11 w-full" aria-disabled={pending}>
        {pending ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  )
}

/** Returns null if the password was right, otherwise the message to show. */
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
      return `Too many attempts. Try again in ${formatWait(seconds)}.`
    }
    return parsed.data?.error.message ?? 'Couldn’t sign in. Try again in a moment.'
  } catch {
    return 'Couldn’t reach the server. Check your connection, then try again.'
  }
}

function formatWait(seconds: number): string {
  if (!(seconds > 60)) return seconds > 1 ? `${seconds} seconds` : 'a moment'
  return `${Math.ceil(seconds / 60)} minutes`
}
