import 'server-only'
import type { NextRequest } from 'next/server'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { config } from '@/lib/config'
import { oncePerProcess } from '@/lib/process'
import { Refused } from '@/lib/refused'
import { addressOf } from './address'
import { isSecure } from './endpoint'
import { passwordMatches, type Session, sessionCookie } from './session'

/** Wrong passwords in a quarter of an hour: of one address, and of all together, since addresses are cheap. */
const TRIES = { address: 10, everybody: 100, seconds: 15 * 60 }

/**
 * Signs a browser in.
 * @throws {Refused} 401 for a wrong password, 429 with `Retry-After` after too many.
 */
export async function signIn(request: NextRequest, session: Session, password: string): Promise<Response> {
  const address = addressOf(request)
  await spend(address)
  if (config().password !== null && !passwordMatches(password)) {
    throw new Refused(401, { kind: 'auth', field: 'password', message: 'That is not the password. Try again.' })
  }
  const { byAddress, together } = limiters()
  await Promise.all([byAddress.delete(address), together.reward('everybody')])
  return withCookie(await sessionCookie(session.ownerId, true, isSecure(request)))
}

/** Signs a browser out. Its conversations stay its own. */
export async function signOut(request: NextRequest, session: Session): Promise<Response> {
  return withCookie(await sessionCookie(session.ownerId, false, isSecure(request)))
}

async function spend(address: string): Promise<void> {
  const { byAddress, together } = limiters()
  try {
    // The address may be forged: it is counted only as long as all together have tries left, so memory stays bounded.
    const before = await byAddress.get(address)
    if (before && before.consumedPoints >= TRIES.address) throw before
    await together.consume('everybody')
    await byAddress.consume(address)
  } catch (limited) {
    if (!(limited instanceof RateLimiterRes)) throw limited
    const seconds = Math.ceil(limited.msBeforeNext / 1000)
    const minutes = Math.ceil(seconds / 60)
    throw new Refused(
      429,
      {
        kind: 'rate_limit',
        message: `Too many wrong passwords. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
      },
      { 'Retry-After': String(seconds) },
    )
  }
}

function limiters() {
  return oncePerProcess('sign-in limiters', () => ({
    byAddress: new RateLimiterMemory({ points: TRIES.address, duration: TRIES.seconds }),
    together: new RateLimiterMemory({ points: TRIES.everybody, duration: TRIES.seconds }),
  }))
}

function withCookie(cookie: string): Response {
  return new Response(null, { status: 204, headers: { 'Set-Cookie': cookie, 'Cache-Control': 'no-store' } })
}
