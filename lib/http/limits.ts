import 'server-only'
import { createHash } from 'node:crypto'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import { redis } from '@/lib/redis'
import { Refused } from '@/lib/refused'
import { secretMark } from '@/lib/secret'

/** What a call costs: a model's reply, a request to another server, heavy work, a write, or a read. */
export type LimitClass = 'start' | 'test' | 'costly' | 'write' | 'read'

/** Whom a call is counted for. A browser without a cookie is a new person each time, so only its address counts. */
export interface Payer {
  /** Null before the password has been entered. */
  ownerId: string | null
  address: string
}

const SECONDS = 60
/** Several people may share an address. */
const PEOPLE_AT_AN_ADDRESS = { start: 2, others: 4 }
/** The share of all calls that each class may have. */
const SHARES = { test: 0.01, costly: 0.2, write: 0.2, read: 1 }
/** Addresses are cheap to make up, so they share a fixed number of counters, which bounds memory. */
const COUNTERS = 65_536

interface Purse {
  limiter: RateLimiterAbstract
  key: string
  words: (points: number) => string
}

/**
 * Counts a call for the person and the address, and a start for the whole server as well.
 * @throws {Refused} 429 with `Retry-After` when one of them is over its limit for the minute.
 */
export async function spend(limit: LimitClass, payer: Payer): Promise<void> {
  const spent: Purse[] = []
  try {
    for (const purse of pursesOf(limit, payer)) {
      await consume(purse)
      spent.push(purse)
    }
  } catch (refusal) {
    // A refused call of a person doesn't count against the address.
    await giveBack(spent)
    throw refusal
  }
}

/** Uncounts a call that led to nothing. */
export async function refund(limit: LimitClass, payer: Payer): Promise<void> {
  await giveBack(pursesOf(limit, payer))
}

async function giveBack(purses: Purse[]): Promise<void> {
  for (const { limiter, key } of purses) await limiter.reward(key).catch(() => undefined)
}

/** The counter of a person or an address. */
export function counterOf(payer: string): string {
  return String(createHash('sha256').update(`${secretMark()} ${payer}`).digest().readUInt32BE(0) % COUNTERS)
}

function pursesOf(limit: LimitClass, { ownerId, address }: Payer): Purse[] {
  const { byPerson, byAddress, together } = processSingleton(`limiters: ${limit}`, () => limitersOf(limit))
  const words = refusals[limit]
  return [
    // The address comes first, so that a stream of new visitors doesn't use up the counters of others.
    ...(byAddress ? [{ limiter: byAddress, key: counterOf(address), words }] : []),
    ...(byPerson && ownerId !== null ? [{ limiter: byPerson, key: counterOf(ownerId), words }] : []),
    ...(together ? [{ limiter: together, key: 'all', words: everybody }] : []),
  ]
}

async function consume({ limiter, key, words }: Purse): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (limited) {
    if (!isLimited(limited)) {
      // The limit prevents accidents; a failure to count is no reason to refuse everyone.
      log().warn({ cause: limited instanceof Error ? limited.message : String(limited) }, 'couldn’t count calls')
      return
    }
    const seconds = Math.max(1, Math.ceil(limited.msBeforeNext / 1000))
    const message = `${words(limiter.points)} Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
    throw new Refused(429, { kind: 'rate_limit', message, retryable: true }, { 'Retry-After': String(seconds) })
  }
}

/** Not by `instanceof`: the limiter may come from another of Next's bundles, which has its own class. */
function isLimited(thrown: unknown): thrown is Pick<RateLimiterRes, 'msBeforeNext'> {
  return typeof thrown === 'object' && thrown !== null && 'msBeforeNext' in thrown
}

const more = (points: number) => `That’s more than ${points} requests of this kind in a minute.`
const refusals: Record<LimitClass, (points: number) => string> = {
  start: (points) => `More than ${points} replies were started in a minute.`,
  test: (points) => `More than ${points} providers were tested in a minute.`,
  costly: more,
  write: more,
  read: more,
}
const everybody = (points: number) => `This server has reached its limit of ${points} new replies per minute.`

function limitersOf(limit: LimitClass) {
  const { ratePerMinute, startsPerMinute, callsPerMinute } = config()
  const starts = limit === 'start'
  const perPerson = limit === 'start' ? ratePerMinute : Math.ceil(callsPerMinute * SHARES[limit])
  const perAddress = perPerson * PEOPLE_AT_AN_ADDRESS[starts ? 'start' : 'others']
  return {
    byPerson: limiterOf(`rill:${limit}`, perPerson, limit),
    byAddress: limiterOf(`rill:${limit}-at`, perAddress, limit),
    together: starts ? limiterOf('rill:starts', startsPerMinute, limit) : null,
  }
}

/** Null for no limit. */
function limiterOf(keyPrefix: string, points: number, limit: LimitClass): RateLimiterAbstract | null {
  if (points === 0) return null
  const memory = new RateLimiterMemory({ keyPrefix, points, duration: SECONDS })
  // Cheap calls aren't worth a round trip to Redis.
  const storeClient = limit === 'read' || limit === 'write' ? undefined : redis()?.commands
  // Without Redis, each instance counts for itself.
  return storeClient
    ? new RateLimiterRedis({ storeClient, keyPrefix, points, duration: SECONDS, insuranceLimiter: memory })
    : memory
}
