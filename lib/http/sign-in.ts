import 'server-only'
import type { NextRequest } from 'next/server'
import { mode } from '@/lib/accounts/mode'
import { passwordMatches } from '@/lib/accounts/password'
import { end, startSignedIn } from '@/lib/accounts/sessions'
import { Refused } from '@/lib/refused'
import { addressOf } from './address'
import { isSecure } from './endpoint'
import { noCookie, type Session, sessionCookie } from './session'
import { forgive, spendTry } from './sign-in-limits'

/**
 * Signs a browser in: it gets a new session, and the one before is over.
 * @throws {Refused} 401 for a wrong password, 429 with `Retry-After` after too many from its address.
 */
export async function signIn(request: NextRequest, session: Session, password: string): Promise<Response> {
  if (mode() !== 'password') return done()
  const address = addressOf(request)
  await spendTry(address)
  if (!passwordMatches(password))
    throw new Refused(401, { kind: 'auth', field: 'password', message: 'Wrong password. Try again.' })
  await forgive(address)
  return done(await sessionCookie(await startSignedIn(session.sessionId), isSecure(request)))
}

/** Signs a browser out: its session is over on the server too. */
export async function signOut(request: NextRequest, session: Session): Promise<Response> {
  if (mode() === 'local') return done()
  if (session.sessionId !== null) await end(session.sessionId)
  return done(await noCookie(isSecure(request)))
}

function done(cookie?: string): Response {
  const headers = new Headers({ 'Cache-Control': 'no-store' })
  if (cookie) headers.append('Set-Cookie', cookie)
  return new Response(null, { status: 204, headers })
}
