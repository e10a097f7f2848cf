import 'server-only'
import { createHash, randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import {
  anySession,
  insertSession,
  type LiveSession,
  liveSession,
  markSessionEnded,
  touchSession,
} from '@/lib/database/accounts/sessions'
import { database } from '@/lib/database/client'
import { log } from '@/lib/log'
import { EXCHANGE_GRACE_MS, readLegacyCookie } from './legacy'
import { mode } from './mode'
import { singleOwnerId } from './owner'
import { passwordMark } from './password'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
/** Browsers cap a cookie's lifetime at 400 days (RFC 6265bis). Each use renews it. */
export const SESSION_LIFE_MS = 400 * DAY_MS
/** The lifetime until a browser sends its cookie back, which a crawler never does. */
const UNCONFIRMED_LIFE_MS = DAY_MS
/** The least time between two writes of a session's last use, and between two renewals of its cookie. */
const TOUCH_INTERVAL_MS = HOUR_MS
const RENEWAL_INTERVAL_MS = DAY_MS

/** Who sent a request: whose rows it may touch, and how it was authenticated. */
export interface Principal {
  ownerId: string
  /** `local`: any browser on this machine. `password`: anyone with the password. `visitor`: one browser in open mode. */
  kind: 'local' | 'password' | 'visitor'
}

/** The cookies that identify the sender of a request. */
export interface Cookies {
  /** The token of a session. */
  token: string | undefined
  /** The cookie of an earlier version. */
  legacy: string | undefined
}

/** The sender of a request. */
export interface Identity {
  /** Null if the password is missing. */
  principal: Principal | null
  /** The id of the session's row; null if there is no session. */
  sessionId: string | null
  /** A visitor without rows yet: `startVisitor` stores one. */
  isNewVisitor: boolean
  token: string | null
  /** Whether the response should set the cookie: the browser doesn't have it yet, or its lifetime should be renewed. */
  renewCookie: boolean
}

/** Identifies the sender of a request. In local mode cookies are neither needed nor read. */
export async function identify(cookies: Cookies): Promise<Identity> {
  if (mode() === 'local') return { ...nobody, principal: { ownerId: await singleOwnerId(), kind: 'local' } }
  const kind = mode() === 'password' ? 'password' : 'visitor'
  const session = await findSession(cookies)
  if (session) {
    const { ownerId, id: sessionId, token, renewCookie } = session
    return { principal: { ownerId, kind }, sessionId, isNewVisitor: false, token, renewCookie }
  }
  return kind === 'password' ? nobody : { ...nobody, principal: { ownerId: uuidv7(), kind }, isNewVisitor: true }
}

const nobody: Identity = { principal: null, sessionId: null, isNewVisitor: false, token: null, renewCookie: false }

/** Starts a visitor's session and returns its token. `confirmed` says that the visitor has stored something. */
export async function startVisitor(ownerId: string, { confirmed }: { confirmed: boolean }): Promise<string> {
  return await startSession(ownerId, null, confirmed ? SESSION_LIFE_MS : UNCONFIRMED_LIFE_MS)
}

/** Starts a session after the right password, in place of the previous one, and returns its token. */
export async function startPasswordSession(previous: string | null): Promise<string> {
  if (previous !== null) await endSession(previous)
  return await startSession(await singleOwnerId(), passwordMark(), SESSION_LIFE_MS)
}

/** Ends a session for good: its cookie stops working. */
export async function endSession(sessionId: string): Promise<void> {
  await markSessionEnded(database(), sessionId)
}

interface FoundSession extends LiveSession {
  token: string
  renewCookie: boolean
}

/** The session of a request, if this mode accepts it. */
async function findSession({ token, legacy }: Cookies): Promise<FoundSession | null> {
  const session = token ? await liveSession(database(), hashToken(token)) : null
  if (token && session && isAccepted(session)) return { ...session, token, renewCookie: await touch(session) }
  return legacy ? await exchange(legacy) : null
}

/** Password mode accepts the shared owner's sessions of the current password; open mode accepts those of visitors. */
function isAccepted(session: LiveSession): boolean {
  return mode() === 'password'
    ? session.ownerKind === 'single' && session.passwordMark === passwordMark()
    : session.ownerKind === 'visitor'
}

/** Records that a session is in use, at most once an hour. Returns whether its cookie should be renewed. */
async function touch({ id, lastUsedAt }: LiveSession): Promise<boolean> {
  const unused = Date.now() - (lastUsedAt ?? 0)
  if (unused < TOUCH_INTERVAL_MS) return false
  try {
    await touchSession(database(), id, Date.now() + SESSION_LIFE_MS)
  } catch (error) {
    // A request that only reads should work even while nothing can be written.
    log().warn({ error }, 'couldn’t save the use of a session')
  }
  return unused > RENEWAL_INTERVAL_MS && lastUsedAt !== null
}

/** Exchanges the cookie of an earlier version for a session, until that session has been in use for a while. */
async function exchange(cookie: string): Promise<FoundSession | null> {
  const legacy = await readLegacyCookie(cookie)
  if (legacy === null) return null
  const signedIn = mode() === 'password'
  if (signedIn && legacy.passwordMark !== passwordMark()) return null
  const tokenHash = hashToken(legacy.token)
  const existing = await anySession(database(), tokenHash)
  if (existing?.endedAt != null) return null
  if (existing?.confirmedAt != null && Date.now() - existing.confirmedAt > EXCHANGE_GRACE_MS) return null
  if (existing === null) {
    await insertSession(database(), {
      ownerId: signedIn ? await singleOwnerId() : legacy.ownerId,
      tokenHash,
      passwordMark: signedIn ? legacy.passwordMark : null,
      expiresAt: Date.now() + SESSION_LIFE_MS,
    })
  }
  const session = await liveSession(database(), tokenHash)
  return session && isAccepted(session) ? { ...session, token: legacy.token, renewCookie: true } : null
}

async function startSession(ownerId: string, mark: string | null, lifeMs: number): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await insertSession(database(), {
    ownerId,
    tokenHash: hashToken(token),
    passwordMark: mark,
    expiresAt: Date.now() + lifeMs,
  })
  return token
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
