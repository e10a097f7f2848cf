import 'server-only'
import { createHmac } from 'node:crypto'
import { jwtVerify } from 'jose'
import { z } from 'zod'
import { keyFor } from '@/lib/secret'

/*
 * Earlier versions kept the session itself in the cookie, as a signed token (JWT) with the owner and a mark of the
 * password. Browsers that have one are given a session in exchange.
 */

const LIFE_SECONDS = 400 * 24 * 60 * 60
/** Requests that were on their way with the old cookie are answered for so long after the new one was first used. */
export const EXCHANGE_GRACE_MS = 5 * 60 * 1000

const claims = z.object({ sub: z.string().min(1).max(200), iat: z.number(), password: z.string().optional() })

/** What a cookie of an earlier version says; null when it is none, was changed, or is signed with another secret. */
export interface LegacySession {
  ownerId: string
  passwordMark: string | null
  /**
   * The token of the session that takes its place. It is always the same one, so that several requests that a browser
   * sends at once with the old cookie lead to one session.
   */
  token: string
}

/** Reads the cookie of an earlier version. */
export async function readLegacyCookie(cookie: string): Promise<LegacySession | null> {
  try {
    const { payload } = await jwtVerify(cookie, keyFor('session'), { algorithms: ['HS256'], maxTokenAge: LIFE_SECONDS })
    const { sub, password } = claims.parse(payload)
    // Keyed, so that whoever has a copy of the old cookie cannot work out the new token.
    const token = createHmac('sha256', keyFor('session')).update(`exchange ${cookie}`).digest('base64url')
    return { ownerId: sub, passwordMark: password ?? null, token }
  } catch {
    return null
  }
}
