import 'server-only'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { Refused } from '@/lib/refused'

const SECONDS = 60
/** As for starts: several people may come from one address. */
const PEOPLE_AT_AN_ADDRESS = 2
const ADDRESSES_AT_ONCE = 20
const ALL = 'all'

/**
 * Whether one more visitor may be stored. Each takes rows in the database, and whoever sends no cookie is a new one with
 * every request.
 */
export async function mayAdmit(address: string): Promise<boolean> {
  const { byAddress, together } = limits()
  const [ofAddress, ofAll] = await Promise.all([byAddress.get(address), together.get(ALL)])
  return (ofAddress?.remainingPoints ?? 1) > 0 && (ofAll?.remainingPoints ?? 1) > 0
}

/** Counts a visitor that was stored. */
export async function countVisitor(address: string): Promise<void> {
  const { byAddress, together } = limits()
  await Promise.all([byAddress.penalty(address), together.penalty(ALL)])
}

/** The refusal of a visitor that cannot be stored now. */
export function tooManyVisitors(): Refused {
  return new Refused(
    429,
    {
      kind: 'rate_limit',
      message: 'Too many new browsers have connected from your network. Try again in a minute.',
      retryable: true,
    },
    { 'Retry-After': String(SECONDS) },
  )
}

function limits() {
  return processSingleton('visitor limits', () => {
    const { ratePerMinute } = config()
    const points = ratePerMinute === 0 ? Number.MAX_SAFE_INTEGER : ratePerMinute * PEOPLE_AT_AN_ADDRESS
    return {
      byAddress: new RateLimiterMemory({ keyPrefix: 'address', points, duration: SECONDS }),
      together: new RateLimiterMemory({ keyPrefix: 'together', points: points * ADDRESSES_AT_ONCE, duration: SECONDS }),
    }
  })
}
