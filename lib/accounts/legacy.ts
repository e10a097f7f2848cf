import 'server-only'
import { createHmac } from 'node:crypto'
import { jwtVerify } from 'jose'
import { z } from 'zod'
import { keyFor } from '@/lib/secret'

/*
 * In earlier versions the cookie was the session: a signed token (JWT) with the owner and a mark of the password. It is
 * exchanged for a session in the database.
 */

const MAX_AGE_SECONDS = 400 * 24 * 60 * 60
/** How long the old cookie still works after the first use of the new one, for requests that were already sent. */
export const EXCHANGE_GRACE_MS = 5 * 60 * 1000

const claims = z.object({ sub: z.string().min(1).max(200), iat: z.number(), password: z.string().optional() })

/** The content of a valid cookie of an earlier version. */
export interface LegacySession {
  ownerId: string
  passwordMark: string | null
  /**
   * The token of the session that replaces it. Derived from the cookie, so that requests that a browser sends at the same
   * time get the same session.
   */
  token: string
}

/** Verifies a cookie of an earlier version. Null if it isn't one, was changed, or was signed with another secret. */
export async function readLegacyCookie(cookie: string): Promise<LegacySession | null> {
  try {
    const { payload } = await jwtVerify(cookie, keyFor('session'), {
      algorithms: ['HS256'],
      maxTokenAge: MAX_AGE_SECONDS,
    })
    const { sub, password } = claims.parse(payload)
    // Keyed, so that a copy of the old cookie isn't enough to compute the new token.
    const token = createHmac('sha256', keyFor('session')).update(`exchange ${cookie}`).digest('base64url')
    return { ownerId: sub, passwordMark: password ?? null, token }
  } catch {
    return null
  }
}
