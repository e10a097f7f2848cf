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

/** How a call is counted: as a model's reply, a request to another server, heavy work, a write, or a read. */
export type LimitClass = 'start' | 'test' | 'costly' | 'write' | 'read'

/** Whom a call is counted for. A browser without a cookie is a new person each time, so only its address counts. */
export interface LimitedCaller {
  /** Null before the password has been entered. */
  ownerId: string | null
  address: string
}

const WINDOW_SECONDS = 60
/** Several people may share an address. */
const PEOPLE_PER_ADDRESS = { start: 2, others: 4 }
/** The share of all calls that a class may have. */
const SHARES = { test: 0.01, costly: 0.2, write: 0.2, read: 1 }
/** Anyone can make up addresses, so they share a fixed number of counters, which bounds memory. */
const COUNTER_COUNT = 65_536

interface Counter {
  limiter: RateLimiterAbstract
  key: string
  messageOf: (points: number) => string
}

/**
 * Counts a call for the person and the address, and a start for the whole server as well.
 * @throws {Refused} 429 with `Retry-After` when one of them is over its limit for the minute.
 */
export async function countCall(limit: LimitClass, caller: LimitedCaller): Promise<void> {
  const counted: Counter[] = []
  try {
    for (const counter of countersOf(limit, caller)) {
      await consume(counter)
      counted.push(counter)
    }
  } catch (refusal) {
    // A call that is over a person's limit doesn't count against the address.
    await reward(counted)
    throw refusal
  }
}

/** Takes a call back that turned out to be malformed, or to be of another class. */
export async function uncountCall(limit: LimitClass, caller: LimitedCaller): Promise<void> {
  await reward(countersOf(limit, caller))
}

async function reward(counters: Counter[]): Promise<void> {
  for (const { limiter, key } of counters) await limiter.reward(key).catch(() => undefined)
}

/** The key of a person's or an address's counter. */
export function counterKey(caller: string): string {
  return String(createHash('sha256').update(`${secretMark()} ${caller}`).digest().readUInt32BE(0) % COUNTER_COUNT)
}

function countersOf(limit: LimitClass, { ownerId, address }: LimitedCaller): Counter[] {
  const { byPerson, byAddress, together } = processSingleton(`limiters: ${limit}`, () => limitersOf(limit))
  const messageOf = messages[limit]
  return [
    // The address first, so that a flood of new visitors doesn't use up other people's counters.
    ...(byAddress ? [{ limiter: byAddress, key: counterKey(address), messageOf }] : []),
    ...(byPerson && ownerId !== null ? [{ limiter: byPerson, key: counterKey(ownerId), messageOf }] : []),
    ...(together ? [{ limiter: together, key: 'all', messageOf: togetherMessage }] : []),
  ]
}

async function consume({ limiter, key, messageOf }: Counter): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (limited) {
    if (!isLimited(limited)) {
      // The limits prevent accidents; if counting fails, letting calls through is better than refusing everyone.
      log().warn({ cause: limited instanceof Error ? limited.message : String(limited) }, 'couldn’t count calls')
      return
    }
    const seconds = Math.max(1, Math.ceil(limited.msBeforeNext / 1000))
    const message = `${messageOf(limiter.points)} Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
    throw new Refused(429, { kind: 'rate_limit', message, retryable: true }, { 'Retry-After': String(seconds) })
  }
}

/** Not with `instanceof`: the limiter may come from another of Next's bundles, with its own copy of the class. */
function isLimited(thrown: unknown): thrown is Pick<RateLimiterRes, 'msBeforeNext'> {
  return typeof thrown === 'object' && thrown !== null && 'msBeforeNext' in thrown
}

const more = (points: number) => `That’s more than ${points} requests of this kind in a minute.`
const messages: Record<LimitClass, (points: number) => string> = {
  start: (points) => `More than ${points} replies were started in a minute.`,
  test: (points) => `More than ${points} providers were tested in a minute.`,
  costly: more,
  write: more,
  read: more,
}
const togetherMessage = (points: number) => `This server has reached its limit of ${points} new replies per minute.`

function limitersOf(limit: LimitClass) {
  const { ratePerMinute, startsPerMinute, callsPerMinute } = config()
  const starts = limit === 'start'
  const perPerson = limit === 'start' ? ratePerMinute : Math.ceil(callsPerMinute * SHARES[limit])
  const perAddress = perPerson * PEOPLE_PER_ADDRESS[starts ? 'start' : 'others']
  return {
    byPerson: limiterOf(`rill:${limit}`, perPerson, limit),
    byAddress: limiterOf(`rill:${limit}-at`, perAddress, limit),
    together: starts ? limiterOf('rill:starts', startsPerMinute, limit) : null,
  }
}

/** Null if there is no limit. */
function limiterOf(keyPrefix: string, points: number, limit: LimitClass): RateLimiterAbstract | null {
  if (points === 0) return null
  const memory = new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_SECONDS })
  // Cheap calls aren't worth a round trip to Redis.
  const storeClient = limit === 'read' || limit === 'write' ? undefined : redis()?.commands
  // Without Redis, each instance counts on its own.
  return storeClient
    ? new RateLimiterRedis({ storeClient, keyPrefix, points, duration: WINDOW_SECONDS, insuranceLimiter: memory })
    : memory
}
