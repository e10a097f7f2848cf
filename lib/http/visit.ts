import 'server-only'
import type { NextRequest } from 'next/server'
import { isDatabaseUnavailable } from '@/lib/database/health'
import { log } from '@/lib/log'
import { addressOf } from './address'
import { isSecure } from './endpoint'
import { PATH_HEADER } from './page'
import { SESSION_HEADER, sessionOf, sessionToken, startVisitorSession } from './session'
import { countVisitor, mayStoreVisitor } from './visitor-limits'

/**
 * Finds the session of a page's request, or starts one for a new visitor. Puts its token and the page's path into the
 * headers for the page, and returns the `Set-Cookie` values of the response.
 */
export async function startVisit(request: NextRequest, headers: Headers): Promise<string[]> {
  const secure = isSecure(request)
  const pass = (token: string | null | undefined) => token && headers.set(SESSION_HEADER, token)
  headers.delete(SESSION_HEADER)
  headers.set(PATH_HEADER, pathOf(request))
  try {
    // Passed on before the lookup: if that fails, a page without a token would ask for the password.
    pass(await sessionToken(request.cookies, secure))
    let session = await sessionOf(request.cookies, secure)
    if (session.isNewVisitor && (await mayStoreVisitor(addressOf(request)))) {
      session = await startVisitorSession(session, false, secure)
      await countVisitor(addressOf(request))
    }
    pass(session.token)
    return session.setCookies
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error
    // The page shows the error itself.
    log().warn({ error }, 'the database is unreachable')
    return []
  }
}

/** The path and query, without the parameter that Next adds when it fetches a page's data. */
function pathOf({ nextUrl }: NextRequest): string {
  const query = new URLSearchParams(nextUrl.search)
  query.delete('_rsc')
  return `${nextUrl.pathname}${query.size > 0 ? `?${query}` : ''}`
}
