import { redirect } from 'next/navigation'
import { connection } from 'next/server'
import { SignInForm } from '@/components/sign-in/sign-in-form'
import { Logo } from '@/components/ui/logo'
import { nextPath } from '@/lib/http/next-path'
import { signedInPath } from '@/lib/http/page'

/** The password form. Rendered per request, because its scripts carry the request's nonce. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  await connection()
  const { next } = await searchParams
  const destination = await signedInPath(next)
  if (destination !== null) redirect(destination)
  return (
    <main className="mx-auto flex min-h-dvh max-w-80 flex-col justify-center px-4 py-8">
      <title>Sign in · Rill</title>
      <Logo className="size-9 text-accent" />
      <h1 className="mt-4 font-strong text-title">Sign in to Rill</h1>
      <p className="mt-1 text-pretty text-ink-quiet">This server is password-protected.</p>
      <SignInForm next={nextPath(next)} />
    </main>
  )
}
