import 'server-only'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { Refused } from '@/lib/refused'

const WINDOW_SECONDS = 60
/** As for starts: several people may share an address. */
const PEOPLE_PER_ADDRESS = 2
const FULL_ADDRESSES = 20
const ALL = 'all'

/** Whether another visitor may be stored: each takes rows, and a client without cookies is a new one on every request. */
export async function mayStoreVisitor(address: string): Promise<boolean> {
  const { byAddress, together } = limits()
  const [ofAddress, ofAll] = await Promise.all([byAddress.get(address), together.get(ALL)])
  return (ofAddress?.remainingPoints ?? 1) > 0 && (ofAll?.remainingPoints ?? 1) > 0
}

/** Counts a stored visitor. */
export async function countVisitor(address: string): Promise<void> {
  const { byAddress, together } = limits()
  await Promise.all([byAddress.penalty(address), together.penalty(ALL)])
}

/** A 429 for a visitor over the limit. */
export function tooManyVisitors(): Refused {
  return new Refused(
    429,
    {
      kind: 'rate_limit',
      message: 'Too many new browsers have connected from your network. Try again in a minute.',
      retryable: true,
    },
    { 'Retry-After': String(WINDOW_SECONDS) },
  )
}

function limits() {
  return processSingleton('visitor limits', () => {
    const { ratePerMinute } = config()
    const points = ratePerMinute === 0 ? Number.MAX_SAFE_INTEGER : ratePerMinute * PEOPLE_PER_ADDRESS
    return {
      byAddress: new RateLimiterMemory({ keyPrefix: 'address', points, duration: WINDOW_SECONDS }),
      together: new RateLimiterMemory({
        keyPrefix: 'together',
        points: points * FULL_ADDRESSES,
        duration: WINDOW_SECONDS,
      }),
    }
  })
}
