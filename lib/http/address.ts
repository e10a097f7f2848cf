import 'server-only'
import { isIP } from 'node:net'
import type { NextRequest } from 'next/server'

/**
 * The address that a request came from. Next sets this header from the socket when no proxy has; it may be forged, so
 * nothing may hold by it alone.
 */
export function addressOf(request: NextRequest): string {
  const address = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  return isIP(address) === 0 ? 'unknown' : address
}
