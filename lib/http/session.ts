import 'server-only'
import { createHash } from 'node:crypto'
import { singleOwnerId } from '@/lib/accounts/owner'
import { type Identity, identify, SESSION_LIFE_MS, startVisitor } from '@/lib/accounts/sessions'

/** The cookie of earlier versions. */
const LEGACY_COOKIE = 'rill'

/** 256 bits in base64url. */
const TOKEN = /^[\w-]{43}$/

/** Passes a page's session token from the proxy on. The proxy removes any value from outside. */
export const SESSION_HEADER = 'x-rill-session'

/** A browser's identity, and the cookies that its response sets. */
export interface Session extends Identity {
  /** `Set-Cookie` values to send. */
  setCookies: string[]
}

interface CookieJar {
  get(name: string): { value: string } | undefined
}

/** The session token in a browser's cookies. */
export async function sessionToken(cookies: CookieJar, secure: boolean): Promise<string | undefined> {
  const token = cookies.get(await cookieName(secure))?.value
  return token && TOKEN.test(token) ? token : undefined
}

/** A browser's session by its cookies. */
export async function sessionOf(cookies: CookieJar, secure: boolean): Promise<Session> {
  const token = await sessionToken(cookies, secure)
  const identity = await identify({ token, legacy: cookies.get(LEGACY_COOKIE)?.value })
  const { token: current, renewCookie } = identity
  return { ...identity, setCookies: current !== null && renewCookie ? [await sessionCookie(current, secure)] : [] }
}

/** Starts the session of a new visitor. `confirmed` says that the visitor has stored something. */
export async function startVisitorSession(session: Session, confirmed: boolean, secure: boolean): Promise<Session> {
  if (!session.isNewVisitor || session.principal === null) return session
  const token = await startVisitor(session.principal.ownerId, { confirmed })
  return { ...session, isNewVisitor: false, token, renewCookie: true, setCookies: [await sessionCookie(token, secure)] }
}

/** A `Set-Cookie` value for a session. Scripts can't read it, and other sites' requests don't send it. */
export async function sessionCookie(token: string, secure: boolean): Promise<string> {
  return cookie(await cookieName(secure), token, SESSION_LIFE_MS / 1000, secure)
}

/** A `Set-Cookie` value that removes a browser's session. */
export async function expiredCookie(secure: boolean): Promise<string> {
  return cookie(await cookieName(secure), '', 0, secure)
}

/**
 * Browsers share cookies between the ports of a host, so the name differs by database. The prefix keeps other hosts of the
 * domain from setting the cookie (RFC 6265bis, 4.1.3.2).
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
