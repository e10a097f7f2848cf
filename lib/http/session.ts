import 'server-only'
import { createHash } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import type { Principal } from '@/lib/accounts/principal'
import { config } from '@/lib/config'
import { oncePerProcess } from '@/lib/process'
import { keyFor, sameSecret } from '@/lib/secret'

export const SESSION_COOKIE = 'rill'
/** Browsers cap a cookie's life at 400 days (RFC 6265bis); it is signed anew when a month old. */
const LIFE_SECONDS = 400 * 24 * 60 * 60
const RENEW_SECONDS = 30 * 24 * 60 * 60
const VERIFIED_KEPT = 5_000

/** Who a browser is: the owner of its rows, and whether it has given the password (where one is set). */
export interface Session {
  ownerId: string
  signedIn: boolean
  /** A `Set-Cookie` value to send, when the session is new or due to be renewed. */
  cookie: string | null
}

const claims = z.object({ sub: z.string(), iat: z.number(), password: z.string().optional() })
type Claims = z.infer<typeof claims>

/** Who asks by a session. */
export function principalOf({ ownerId }: Session): Principal {
  return { ownerId, kind: 'visitor' }
}

/** The session of a cookie's value, or a new one when there is none or it is not ours. */
export async function sessionOf(cookieValue: string | undefined, secure: boolean): Promise<Session> {
  const known = cookieValue === undefined ? null : await verified(cookieValue)
  const signedIn = config().password === null || known?.password === passwordMark()
  if (known && Date.now() / 1000 - known.iat < RENEW_SECONDS) return { ownerId: known.sub, signedIn, cookie: null }
  const ownerId = known?.sub ?? uuidv7()
  return { ownerId, signedIn, cookie: await sessionCookie(ownerId, signedIn, secure) }
}

/** A `Set-Cookie` value for a session: signed, out of reach of scripts, not sent along with other sites' requests. */
export async function sessionCookie(ownerId: string, signedIn: boolean, secure: boolean): Promise<string> {
  const token = await new SignJWT(signedIn && config().password !== null ? { password: passwordMark() } : {})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(ownerId)
    .setIssuedAt()
    .sign(keyFor('session'))
  return `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIFE_SECONDS}${secure ? '; Secure' : ''}`
}

/** Compares a password with the one that is set, in constant time. */
export function passwordMatches(given: string): boolean {
  return sameSecret(given, config().password ?? '')
}

/** A browser sends the same cookie with every request, so what was found good is remembered. */
async function verified(token: string): Promise<Claims | null> {
  const known = oncePerProcess('verified sessions', () => new Map<string, Claims>())
  const before = known.get(token)
  if (before) return before
  const found = await verify(token)
  if (found === null) return null
  if (known.size >= VERIFIED_KEPT) known.clear()
  known.set(token, found)
  return found
}

async function verify(token: string): Promise<Claims | null> {
  try {
    const { payload } = await jwtVerify(token, keyFor('session'), { algorithms: ['HS256'], maxTokenAge: LIFE_SECONDS })
    return claims.safeParse(payload).data ?? null
  } catch {
    // Forged, cut, or signed with an earlier secret: all are a browser that we do not know.
    return null
  }
}

/** Changes with the password, so that a new one signs every browser out. */
function passwordMark(): string {
  return digest(`${config().password} ${Buffer.from(keyFor('session')).toString('hex')}`)
    .toString('base64url')
    .slice(0, 16)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
