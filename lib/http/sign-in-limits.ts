import 'server-only'
import { setTimeout as wait } from 'node:timers/promises'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { z } from 'zod'
import { processSingleton } from '@/lib/process'
import { Refused } from '@/lib/refused'

/** The wrong passwords that one address may send per window, before it is refused. */
const MAX_ATTEMPTS_PER_ADDRESS = 10
const WINDOW_SECONDS = 15 * 60
/** The attempts per window of all addresses together that aren't delayed. Each further one adds to the delay of every attempt. */
const UNDELAYED_ATTEMPTS = 50
const DELAY_STEP_MS = 10
const MAX_DELAY_MS = 2_000
/** With more attempts waiting, further ones aren't delayed: nobody is refused for what others do. */
const MAX_WAITING = 1_000

/**
 * Counts an attempt before its password is checked. Many wrong passwords from everywhere delay all attempts but refuse
 * none, so that the right password always works.
 * @throws {Refused} 429 with `Retry-After` after too many wrong passwords from this address.
 */
export async function countAttempt(address: string): Promise<void> {
  const { byAddress, together } = limits()
  try {
    await byAddress.consume(address)
  } catch (limited) {
    // Not with `instanceof`: the limiter may come from another of Next's bundles, with its own copy of the class.
    if (limited instanceof Error) throw limited
    throw tooMany(Math.ceil(limiterResult.parse(limited).msBeforeNext / 1000))
  }
  const { consumedPoints } = await together.penalty('all')
  await delay(Math.min((consumedPoints - UNDELAYED_ATTEMPTS) * DELAY_STEP_MS, MAX_DELAY_MS))
}

/** Takes the attempts of an address back, after it has sent the right password. */
export async function resetAttempts(address: string): Promise<void> {
  const { byAddress, together } = limits()
  await Promise.all([byAddress.delete(address), together.reward('all')])
}

async function delay(ms: number): Promise<void> {
  const { waiting } = limits()
  if (ms <= 0 || waiting.count >= MAX_WAITING) return
  waiting.count++
  await wait(ms).finally(() => waiting.count--)
}

const limiterResult = z.object({ msBeforeNext: z.number() })

function limits() {
  return processSingleton('sign-in limits', () => ({
    byAddress: new RateLimiterMemory({
      keyPrefix: 'address',
      points: MAX_ATTEMPTS_PER_ADDRESS,
      duration: WINDOW_SECONDS,
    }),
    together: new RateLimiterMemory({
      keyPrefix: 'together',
      points: Number.MAX_SAFE_INTEGER,
      duration: WINDOW_SECONDS,
    }),
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
