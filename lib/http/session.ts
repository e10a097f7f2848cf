import 'server-only'
import { createHash } from 'node:crypto'
import { singleOwnerId } from '@/lib/accounts/owner'
import { admit, type Identity, identify, SESSION_LIFE_MS } from '@/lib/accounts/sessions'

/** The cookie of earlier versions. */
const LEGACY_COOKIE = 'rill'

/** 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/

/** How the proxy passes a page's session on. It is taken off whatever comes from outside. */
export const SESSION_HEADER = 'x-rill-session'

/** Who a browser is, and what it should be told of it. */
export interface Session extends Identity {
  /** `Set-Cookie` values to send. */
  setCookies: string[]
}

interface CookieJar {
  get(name: string): { value: string } | undefined
}

/** The token that a browser has. */
export async function tokenIn(cookies: CookieJar, secure: boolean): Promise<string | undefined> {
  const token = cookies.get(await cookieName(secure))?.value
  return token && TOKEN.test(token) ? token : undefined
}

/** The session of a browser by its cookies. */
export async function sessionOf(cookies: CookieJar, secure: boolean): Promise<Session> {
  const token = await tokenIn(cookies, secure)
  const identity = await identify({ token, legacy: cookies.get(LEGACY_COOKIE)?.value })
  const { token: given, renewed } = identity
  return { ...identity, setCookies: given !== null && renewed ? [await sessionCookie(given, secure)] : [] }
}

/** Gives a visitor a session. `confirmed` when the visitor has stored something already. */
export async function admitted(session: Session, confirmed: boolean, secure: boolean): Promise<Session> {
  if (!session.newcomer || session.principal === null) return session
  const token = await admit(session.principal.ownerId, { confirmed })
  return { ...session, newcomer: false, token, renewed: true, setCookies: [await sessionCookie(token, secure)] }
}

/** A `Set-Cookie` value for a session: out of reach of scripts, not sent along with other sites' requests. */
export async function sessionCookie(token: string, secure: boolean): Promise<string> {
  return cookie(await cookieName(secure), token, SESSION_LIFE_MS / 1000, secure)
}

/** A `Set-Cookie` value that takes a browser's session away. */
export async function noCookie(secure: boolean): Promise<string> {
  return cookie(await cookieName(secure), '', 0, secure)
}

/**
 * Browsers do not keep the cookies of two ports apart, so the name tells one database from another. The prefix keeps
 * other hosts of the domain from setting it (RFC 6265bis, 4.1.3.2).
 */
async function cookieName(secure: boolean): Promise<string> {
  const database = createHash('sha256')
    .update(await singleOwnerId())
    .digest('hex')
    .slice(0, 8)
  return `${secure ? '__Host-' : ''}rill-${database}`
}

function cookie(name: string, value: string, seconds: number, secure: boolean): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`
}
