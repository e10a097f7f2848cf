import 'server-only'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { config } from '@/lib/config'
import { oncePerProcess } from '@/lib/process'
import { Refused } from '@/lib/refused'

const SECONDS = 60
/** As for starts: several people may come from one address. */
const PEOPLE_AT_AN_ADDRESS = 2
const ADDRESSES_AT_ONCE = 20

/**
 * Whether one more visitor may be stored. Each takes rows in the database, and whoever sends no cookie is a new one with
 * every request.
 */
export async function mayAdmit(address: string): Promise<boolean> {
  const { ratePerMinute } = config()
  if (ratePerMinute === 0) return true
  const { byAddress, together } = oncePerProcess('visitor limits', () => limits(ratePerMinute))
  try {
    await byAddress.consume(address)
    await together.consume('all')
    return true
  } catch (limited) {
    if (limited instanceof RateLimiterRes) return false
    throw limited
  }
}

/** The refusal of a visitor that cannot be stored now. */
export function tooManyVisitors(): Refused {
  return new Refused(
    429,
    {
      kind: 'rate_limit',
      message: 'Too many new browsers have come from your network. Try again in a minute.',
      retryable: true,
    },
    { 'Retry-After': String(SECONDS) },
  )
}

function limits(perPerson: number) {
  const points = perPerson * PEOPLE_AT_AN_ADDRESS
  return {
    byAddress: new RateLimiterMemory({ keyPrefix: 'address', points, duration: SECONDS }),
    together: new RateLimiterMemory({ keyPrefix: 'together', points: points * ADDRESSES_AT_ONCE, duration: SECONDS }),
  }
}
