import { connection } from 'next/server'
import { SignInForm } from '@/components/sign-in/sign-in-form'
import { Mark } from '@/components/ui/mark'

/** One field: the password of this Rill. Rendered per request, because its scripts carry the request's nonce. */
export default async function SignInPage() {
  await connection()
  return (
    <main className="mx-auto flex min-h-dvh max-w-80 flex-col justify-center px-4 py-8">
      <title>Sign in · Rill</title>
      <Mark className="size-9 text-accent" />
      <h1 className="mt-4 font-strong text-title">Sign in to Rill</h1>
      <p className="mt-1 text-pretty text-ink-quiet">Whoever runs this Rill has set a password for it.</p>
      <SignInForm />
    </main>
  )
}
