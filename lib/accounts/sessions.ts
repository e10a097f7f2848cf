import 'server-only'
import { createHash, randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import {
  anySession,
  endSession,
  insertSession,
  type LiveSession,
  liveSession,
  touchSession,
} from '@/lib/database/accounts/sessions'
import { database } from '@/lib/database/client'
import { log } from '@/lib/log'
import { EXCHANGE_GRACE_MS, readLegacyCookie } from './legacy'
import { mode } from './mode'
import { singleOwnerId } from './owner'
import { passwordMark } from './password'
import type { Principal } from './principal'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** Browsers cap a cookie's life at 400 days (RFC 6265bis). Each use begins it anew. */
export const SESSION_LIFE_MS = 400 * DAY_MS
/** Until a browser sends its cookie back, it may be a crawler that never will. */
const UNCONFIRMED_LIFE_MS = DAY_MS
const TOUCH_MS = HOUR_MS
/** The browser is told anew how long to keep its cookie at most this often. */
const RENEW_MS = DAY_MS

/** What a request brings along to say who sends it. */
export interface Cookies {
  /** The token of a session. */
  token: string | undefined
  /** The cookie of an earlier version, to be exchanged. */
  legacy: string | undefined
}

/** Who sends a request. */
export interface Identity {
  /** Null when the password has not been given. */
  principal: Principal | null
  /** The session's row; null for whoever needs none or has none yet. */
  sessionId: string | null
  /** A visitor of whom nothing is stored yet: `admit` begins a session. */
  newcomer: boolean
  /** The token of the session. */
  token: string | null
  /** The browser should be given the token: it has none yet, or its cookie is to live on. */
  renewed: boolean
}

/** Finds out who sends a request. In local mode no cookie is needed or read. */
export async function identify(cookies: Cookies): Promise<Identity> {
  if (mode() === 'local') return { ...nobody, principal: { ownerId: await singleOwnerId(), kind: 'local' } }
  const kind = mode() === 'password' ? 'password' : 'visitor'
  const session = await sessionOf(cookies)
  if (session) {
    const { ownerId, id: sessionId, token, renewed } = session
    return { principal: { ownerId, kind }, sessionId, newcomer: false, token, renewed }
  }
  return kind === 'password' ? nobody : { ...nobody, principal: { ownerId: uuidv7(), kind }, newcomer: true }
}

const nobody: Identity = { principal: null, sessionId: null, newcomer: false, token: null, renewed: false }

/** Begins the session of a visitor, and gives its token. `confirmed` when the visitor has stored something already. */
export async function admit(ownerId: string, { confirmed }: { confirmed: boolean }): Promise<string> {
  return await begin(ownerId, null, confirmed ? SESSION_LIFE_MS : UNCONFIRMED_LIFE_MS)
}

/** Begins a session of whoever has given the password, in place of the one before, and gives its token. */
export async function startSignedIn(before: string | null): Promise<string> {
  if (before !== null) await endSession(database(), before)
  return await begin(await singleOwnerId(), passwordMark(), SESSION_LIFE_MS)
}

/** Ends a session for good: the same cookie leads nowhere from now on. */
export async function end(sessionId: string): Promise<void> {
  await endSession(database(), sessionId)
}

interface Found extends LiveSession {
  token: string
  renewed: boolean
}

/** The session of a request, if this mode accepts it. */
async function sessionOf({ token, legacy }: Cookies): Promise<Found | null> {
  const own = token ? await liveSession(database(), hashOf(token)) : null
  if (token && own && accepted(own)) return { ...own, token, renewed: await touch(own) }
  return legacy ? await exchange(legacy) : null
}

/** The one owner's sessions count where the password is asked for, and only there; those of visitors do not. */
function accepted(session: LiveSession): boolean {
  return mode() === 'password'
    ? session.ownerKind === 'single' && session.passwordMark === passwordMark()
    : session.ownerKind === 'visitor'
}

/** Writes that a session is in use, at most once an hour. Gives whether its cookie should be renewed. */
async function touch({ id, lastUsedAt }: LiveSession): Promise<boolean> {
  const unused = Date.now() - (lastUsedAt ?? 0)
  if (unused < TOUCH_MS) return false
  try {
    await touchSession(database(), id, Date.now() + SESSION_LIFE_MS)
  } catch (error) {
    // Whoever can be told who they are is answered, even while nothing can be written.
    log().warn({ error }, 'couldn’t save the use of a session')
  }
  return unused > RENEW_MS && lastUsedAt !== null
}

/** Takes the cookie of an earlier version, until the session that came of it has been used for a while. */
async function exchange(cookie: string): Promise<Found | null> {
  const legacy = await readLegacyCookie(cookie)
  if (legacy === null) return null
  const signedIn = mode() === 'password'
  if (signedIn && legacy.passwordMark !== passwordMark()) return null
  const tokenHash = hashOf(legacy.token)
  const earlier = await anySession(database(), tokenHash)
  if (earlier?.endedAt != null) return null
  if (earlier?.confirmedAt != null && Date.now() - earlier.confirmedAt > EXCHANGE_GRACE_MS) return null
  if (earlier === null) {
    await insertSession(database(), {
      ownerId: signedIn ? await singleOwnerId() : legacy.ownerId,
      tokenHash,
      passwordMark: signedIn ? legacy.passwordMark : null,
      expiresAt: Date.now() + SESSION_LIFE_MS,
    })
  }
  const session = await liveSession(database(), tokenHash)
  return session && accepted(session) ? { ...session, token: legacy.token, renewed: true } : null
}

async function begin(ownerId: string, mark: string | null, lifeMs: number): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await insertSession(database(), {
    ownerId,
    tokenHash: hashOf(token),
    passwordMark: mark,
    expiresAt: Date.now() + lifeMs,
  })
  return token
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
