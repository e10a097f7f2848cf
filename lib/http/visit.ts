import 'server-only'
import type { NextRequest } from 'next/server'
import { isDatabaseAway } from '@/lib/database/health'
import { log } from '@/lib/log'
import { addressOf } from './address'
import { isSecure } from './endpoint'
import { PATH_HEADER } from './page'
import { admitted, SESSION_HEADER, sessionOf, tokenIn } from './session'
import { countVisitor, mayAdmit } from './visitor-limits'

/**
 * Finds the session of whoever opens a page, and begins one for a new visitor. Puts it and the page's path into the
 * headers that the page is rendered from, and gives the `Set-Cookie` values for the answer.
 */
export async function beginVisit(request: NextRequest, headers: Headers): Promise<string[]> {
  const secure = isSecure(request)
  const pass = (token: string | null | undefined) => token && headers.set(SESSION_HEADER, token)
  headers.delete(SESSION_HEADER)
  headers.set(PATH_HEADER, pathOf(request))
  try {
    // Passed on even if it cannot be looked up: without it, the page would ask for the password.
    pass(await tokenIn(request.cookies, secure))
    let session = await sessionOf(request.cookies, secure)
    if (session.newcomer && (await mayAdmit(addressOf(request)))) {
      session = await admitted(session, false, secure)
      await countVisitor(addressOf(request))
    }
    pass(session.token)
    return session.setCookies
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    // The page says so itself.
    log().warn({ error }, 'the database is unreachable')
    return []
  }
}

/** Without what Next adds when it asks for a page's data. */
function pathOf({ nextUrl }: NextRequest): string {
  const query = new URLSearchParams(nextUrl.search)
  query.delete('_rsc')
  return `${nextUrl.pathname}${query.size > 0 ? `?${query}` : ''}`
}
