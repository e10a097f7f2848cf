import 'server-only'
import type { NextRequest } from 'next/server'
import { mode } from '@/lib/accounts/mode'
import { passwordMatches } from '@/lib/accounts/password'
import { endSession, startPasswordSession } from '@/lib/accounts/sessions'
import { Refused } from '@/lib/refused'
import { addressOf } from './address'
import { isSecure } from './endpoint'
import { expiredCookie, type Session, sessionCookie } from './session'
import { countAttempt, resetAttempts } from './sign-in-limits'

/**
 * Signs a browser in with a new session, and ends the previous one.
 * @throws {Refused} 401 for a wrong password, 429 with `Retry-After` after too many from its address.
 */
export async function signIn(request: NextRequest, session: Session, password: string): Promise<Response> {
  if (mode() !== 'password') return noContent()
  const address = addressOf(request)
  await countAttempt(address)
  if (!passwordMatches(password))
    throw new Refused(401, { kind: 'auth', field: 'password', message: 'Wrong password. Try again.' })
  await resetAttempts(address)
  return noContent(await sessionCookie(await startPasswordSession(session.sessionId), isSecure(request)))
}

/** Signs a browser out, and ends its session on the server. */
export async function signOut(request: NextRequest, session: Session): Promise<Response> {
  if (mode() === 'local') return noContent()
  if (session.sessionId !== null) await endSession(session.sessionId)
  return noContent(await expiredCookie(isSecure(request)))
}

function noContent(cookie?: string): Response {
  const headers = new Headers({ 'Cache-Control': 'no-store' })
  if (cookie) headers.append('Set-Cookie', cookie)
  return new Response(null, { status: 204, headers })
}
