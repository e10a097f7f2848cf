import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { z } from 'zod'
import { processSingleton } from '@/lib/process'
import { Refused } from '@/lib/refused'

/** Wrong passwords of one address in a quarter of an hour. Only that address is refused after them. */
const TRIES_OF_ADDRESS = 10
const SECONDS = 15 * 60
/** So many of all addresses together are taken for people; each one more makes every try wait a little longer. */
const TRIES_OF_ALL = 50
const DELAY_STEP_MS = 10
const LONGEST_DELAY_MS = 2_000
/** So many tries may wait at once. Whoever comes then is let through at once: nobody is refused for what others do. */
const MOST_WAITING = 1_000

/**
 * Counts a try at the password before it is looked at. Many wrong passwords from everywhere slow all tries down and
 * refuse none, so that the right password gets in whatever others do.
 * @throws {Refused} 429 with `Retry-After` when this address has given too many wrong ones.
 */
export async function spendTry(address: string): Promise<void> {
  const { byAddress, together } = limits()
  try {
    await byAddress.consume(address)
  } catch (limited) {
    // Not by its class: each of Next's bundles may have one of its own.
    if (limited instanceof Error) throw limited
    throw tooMany(Math.ceil(refusedFor.parse(limited).msBeforeNext / 1000))
  }
  const { consumedPoints } = await together.penalty('all')
  await delay(Math.min((consumedPoints - TRIES_OF_ALL) * DELAY_STEP_MS, LONGEST_DELAY_MS))
}

/** Takes back what the tries of an address counted, once it has given the right password. */
export async function forgive(address: string): Promise<void> {
  const { byAddress, together } = limits()
  await Promise.all([byAddress.delete(address), together.reward('all')])
}

async function delay(ms: number): Promise<void> {
  const { waiting } = limits()
  if (ms <= 0 || waiting.count >= MOST_WAITING) return
  waiting.count++
  await wait(ms).finally(() => waiting.count--)
}

const refusedFor = z.object({ msBeforeNext: z.number() })

function limits() {
  return processSingleton('sign-in limits', () => ({
    byAddress: new RateLimiterMemory({ keyPrefix: 'address', points: TRIES_OF_ADDRESS, duration: SECONDS }),
    together: new RateLimiterMemory({ keyPrefix: 'together', points: Number.MAX_SAFE_INTEGER, duration: SECONDS }),
    waiting: { count: 0 },
  }))
}

function tooMany(seconds: number): Refused {
  const minutes = Math.ceil(seconds / 60)
  return new Refused(
    429,
    {
      kind: 'rate_limit',
      message: `Too many wrong passwords. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    },
    { 'Retry-After': String(seconds) },
  )
}
