import 'server-only'
import { setImmediate as otherWork } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Rate } from '@/lib/protocol/billing/money'
import { badRequest } from '@/lib/refused'
import type { Database } from '../client'
import { ALL } from './rollups'

/** SQLite answers on the event loop: of so many generations, the roll-ups are read in a few milliseconds. */
const GENERATIONS_A_SLICE = 5_000

/** What a conversation came to, as far as its place goes by it: only the order is by a float. */
interface Worth {
  id: string
  cost: number
  tokens: number
}

interface DayCount {
  day: number
  generations: number
}

/** Which roll-ups are meant: those of some days, and of one conversation where there is one. */
interface Part {
  conversation: string | undefined
  within(from?: number, to?: number): RawBuilder<unknown>
}

/**
 * The ids of the conversations that cost the most, a page of them after a cursor, and how many there are in all. Read a
 * few days at a time, with other work in between: a year's roll-ups at once would hold up every stream of the process.
 * Every page reads the same rows and keeps no more than it gives, wherever it is.
 * @throws {Refused} 400 for a cursor that no page gave.
 */
export async function topConversations(
  db: Database,
  { conversation, within }: Part,
  { cursor, limit, rate }: { cursor: string | null; limit: number; rate: Rate },
): Promise<{ ids: string[]; count: number; nextCursor: string | null }> {
  const after = cursor === null ? null : readCursor(cursor)
  const counted = await sql<DayCount>`
    select day, cast(sum(generations) as bigint) as generations from usage_rollups
    where conversation_id = ${conversation ?? ALL} and ${within()} group by day order by day`.execute(db)
  // Not `>`: SQLite would then read all of a person's conversations, whatever the days.
  const which = conversation ? sql`conversation_id = ${conversation}` : sql`conversation_id <> ${sql.lit(ALL)}`
  const cost = sql`sum(cast(cost_picos as double precision) * case currency when 'USD' then cast(${Number(rate.perDollar)} as double precision) else 1 end)`
  const all = new Map<string, Worth>()
  for (const [from, to] of slices(counted.rows)) {
    const { rows } = await sql<Worth>`
      select conversation_id as id, ${cost} as cost, cast(sum(prompt_tokens + completion_tokens) as bigint) as tokens
      from usage_rollups where ${which} and ${within(from, to)} group by conversation_id`.execute(db)
    for (const row of rows) {
      const known = all.get(row.id)
      if (!known) all.set(row.id, row)
      else {
        known.cost += row.cost
        known.tokens += row.tokens
      }
    }
    await otherWork()
  }
  for (const each of all.values()) each.cost = placeOf(each.cost)
  // One more than the page has, so that it is known whether another follows.
  const found = first(all.values(), limit + 1, after)
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    ids: shown.map(({ id }) => id),
    count: all.size,
    nextCursor: last && found.length > limit ? writeCursor(last) : null,
  }
}

const worthJson = z.tuple([z.number(), z.number(), z.string().max(100)])

function writeCursor({ cost, tokens, id }: Worth): string {
  return Buffer.from(JSON.stringify([cost, tokens, id])).toString('base64url')
}

function readCursor(cursor: string): Worth {
  try {
    const [cost, tokens, id] = worthJson.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { cost, tokens, id }
  } catch {
    throw badRequest('cursor', 'cursor: didn’t come from this list')
  }
}

/** The same for sums of the same costs in another order, which differ in their last digits. */
function placeOf(cost: number): number {
  return Number(cost.toPrecision(12))
}

/** The first and the last of as many days as can be read at once. */
function slices(days: DayCount[]): [number, number][] {
  const found: [number, number][] = []
  let read = 0
  for (const { day, generations } of days) {
    const last = found.at(-1)
    read += generations
    if (last && read <= GENERATIONS_A_SLICE) last[1] = day
    else {
      found.push([day, day])
      read = generations
    }
  }
  return found
}

/** The first few in order after a place, without ordering the rest. */
function first(all: Iterable<Worth>, count: number, after: Worth | null): Worth[] {
  const found: Worth[] = []
  for (const each of all) {
    if (after && inOrder(after, each) >= 0) continue
    const last = found.at(-1)
    if (found.length >= count && last && inOrder(last, each) < 0) continue
    const place = found.findIndex((other) => inOrder(each, other) < 0)
    found.splice(place < 0 ? found.length : place, 0, each)
    if (found.length > count) found.pop()
  }
  return found
}

function inOrder(one: Worth, other: Worth): number {
  if (one.id === other.id) return 0
  return other.cost - one.cost || other.tokens - one.tokens || (one.id < other.id ? -1 : 1)
}
