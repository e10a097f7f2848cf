import 'server-only'
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { oncePerProcess } from '@/lib/process'
import { Refused } from '@/lib/refused'
import { redis } from './redis'

const SECONDS = 60
/** Several people may come from one address. */
const PEOPLE_AT_AN_ADDRESS = 2

/**
 * Counts a start, for the person and for the address.
 * @throws {Refused} 429 with `Retry-After` when either has started too many in the last minute.
 */
export async function countStart(ownerId: string, address: string): Promise<void> {
  const { ratePerMinute } = config()
  if (ratePerMinute === 0) return
  const { byPerson, byAddress } = oncePerProcess('start limiters', () => limiters(ratePerMinute))
  await spend(byPerson, ownerId)
  await spend(byAddress, address)
}

async function spend(limiter: RateLimiterAbstract, key: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (limited) {
    if (!(limited instanceof RateLimiterRes)) {
      // The limit keeps a person from harm by accident; it is no reason to answer nobody.
      log().warn({ cause: limited instanceof Error ? limited.message : String(limited) }, 'starts could not be counted')
      return
    }
    const seconds = Math.max(1, Math.ceil(limited.msBeforeNext / 1000))
    throw new Refused(
      429,
      {
        kind: 'rate_limit',
        message: `More than ${limiter.points} answers were started within a minute. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
        retryable: true,
      },
      { 'Retry-After': String(seconds) },
    )
  }
}

function limiters(perPerson: number) {
  const of = (keyPrefix: string, points: number) => {
    const memory = new RateLimiterMemory({ keyPrefix, points, duration: SECONDS })
    const storeClient = redis()?.commands
    // With Redis away, each instance counts for itself.
    return storeClient
      ? new RateLimiterRedis({ storeClient, keyPrefix, points, duration: SECONDS, insuranceLimiter: memory })
      : memory
  }
  return { byPerson: of('rill:starts', perPerson), byAddress: of('rill:starts-at', perPerson * PEOPLE_AT_AN_ADDRESS) }
}
