import { randomBytes } from 'node:crypto'
import { type NextRequest, NextResponse } from 'next/server'
import { addressOf } from '@/lib/http/address'
import { countCall, type LimitedCaller } from '@/lib/http/limits'
import { hostAllowed } from '@/lib/http/origin'
import { startVisit } from '@/lib/http/visit'
import { Refused } from '@/lib/refused'

/**
 * Prepares pages: refuses a foreign Host, starts a session on the first visit, and sets a Content-Security-Policy whose
 * nonce Next puts on its own scripts. It authorizes nothing: each page and handler does that itself.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  if (!hostAllowed(request.headers.get('host') ?? '')) {
    return new NextResponse('Rill does not answer to this address. Add its name to RILL_HOSTS.', { status: 403 })
  }
  const nonce = randomBytes(16).toString('base64')
  const policy = contentSecurityPolicy(nonce)
  const refusal = await pageRefusal({ ownerId: null, address: addressOf(request) })
  if (refusal) return refusal

  const headers = new Headers(request.headers)
  headers.set('Content-Security-Policy', policy)
  const cookies = await startVisit(request, headers)

  const response = NextResponse.next({ request: { headers } })
  response.headers.set('Content-Security-Policy', policy)
  response.headers.set('Cache-Control', 'no-store')
  for (const cookie of cookies) response.headers.append('Set-Cookie', cookie)
  return response
}

/** Counts a page as a read; returns the response if the limit is exceeded. */
async function pageRefusal(caller: LimitedCaller): Promise<NextResponse | null> {
  try {
    await countCall('read', caller)
    return null
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return new NextResponse(error.message, { status: error.status, headers: error.headers })
  }
}

export const config = {
  // All paths except endpoints, which have the same checks themselves, and static files.
  matcher: [
    '/((?!api/|_next/static/|(?:manifest\\.webmanifest|icon(?:-192|-512|-maskable)?\\.(?:svg|png)|apple-icon\\.png|favicon\\.ico|open-graph\\.png|open-graph\\.svg)$).*)',
  ],
}

function contentSecurityPolicy(nonce: string): string {
  const development = process.env.NODE_ENV === 'development'
  return [
    "default-src 'self'",
    // Only Next's development server needs eval.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "worker-src 'self'",
    `connect-src 'self'${development ? ' ws:' : ''}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
