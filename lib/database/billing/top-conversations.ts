import 'server-only'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Rate } from '@/lib/protocol/billing/money'
import { badRequest } from '@/lib/refused'
import type { Database } from '../client'
import { ALL_CONVERSATIONS } from './rollups'

/** Generations per query. SQLite runs on the event loop; roll-ups of this many are read in a few milliseconds. */
const GENERATIONS_PER_SLICE = 5_000

/** A conversation's sort key. Costs are floats here only, for the order. */
interface SortKey {
  id: string
  cost: number
  tokens: number
}

interface DayCount {
  day: number
  generations: number
}

/** Selects roll-ups: those of some days, and optionally of one conversation. */
interface RollupFilter {
  conversation: string | undefined
  conditions(from?: number, to?: number): RawBuilder<unknown>
}

/**
 * A page of conversation ids by cost, highest first, and the number of all conversations. Reads a few days per query, with
 * other work in between: a year's roll-ups at once would block every stream of the process. Every page reads all rows, but
 * keeps only its own.
 * @throws {Refused} 400 for a cursor of another list.
 */
export async function topConversations(
  db: Database,
  { conversation, conditions }: RollupFilter,
  { cursor, limit, rate }: { cursor: string | null; limit: number; rate: Rate },
): Promise<{ ids: string[]; count: number; nextCursor: string | null }> {
  const after = cursor === null ? null : readCursor(cursor)
  const counted = await sql<DayCount>`
    select day, cast(sum(generations) as bigint) as generations from usage_rollups
    where conversation_id = ${conversation ?? ALL_CONVERSATIONS} and ${conditions()} group by day order by day`.execute(
    db,
  )
  // Not `>`: SQLite would then read all of a person's conversations, not only those of the days.
  const which = conversation
    ? sql`conversation_id = ${conversation}`
    : sql`conversation_id <> ${sql.lit(ALL_CONVERSATIONS)}`
  const cost = sql`sum(cast(cost_picos as double precision) * case currency when 'USD' then cast(${Number(rate.perDollar)} as double precision) else 1 end)`
  const totals = new Map<string, SortKey>()
  for (const [from, to] of slices(counted.rows)) {
    const { rows } = await sql<SortKey>`
      select conversation_id as id, ${cost} as cost, cast(sum(prompt_tokens + completion_tokens) as bigint) as tokens
      from usage_rollups where ${which} and ${conditions(from, to)} group by conversation_id`.execute(db)
    for (const row of rows) {
      const known = totals.get(row.id)
      if (!known) totals.set(row.id, row)
      else {
        known.cost += row.cost
        known.tokens += row.tokens
      }
    }
    await yieldToEventLoop()
  }
  for (const each of totals.values()) each.cost = rounded(each.cost)
  // One more than the page, to know whether another page follows.
  const found = firstAfter(totals.values(), limit + 1, after)
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    ids: shown.map(({ id }) => id),
    count: totals.size,
    nextCursor: last && found.length > limit ? writeCursor(last) : null,
  }
}

const sortKeyJson = z.tuple([z.number(), z.number(), z.string().max(100)])

function writeCursor({ cost, tokens, id }: SortKey): string {
  return Buffer.from(JSON.stringify([cost, tokens, id])).toString('base64url')
}

function readCursor(cursor: string): SortKey {
  try {
    const [cost, tokens, id] = sortKeyJson.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    return { cost, tokens, id }
  } catch {
    throw badRequest('cursor', 'cursor: didn’t come from this list')
  }
}

/** Sums of the same costs in another order differ in their last digits. */
function rounded(cost: number): number {
  return Number(cost.toPrecision(12))
}

/** The first and last day of each query. */
function slices(days: DayCount[]): [number, number][] {
  const found: [number, number][] = []
  let read = 0
  for (const { day, generations } of days) {
    const last = found.at(-1)
    read += generations
    if (last && read <= GENERATIONS_PER_SLICE) last[1] = day
    else {
      found.push([day, day])
      read = generations
    }
  }
  return found
}

/** The first few after a sort key, without sorting the rest. */
function firstAfter(all: Iterable<SortKey>, count: number, after: SortKey | null): SortKey[] {
  const found: SortKey[] = []
  for (const each of all) {
    if (after && compare(after, each) >= 0) continue
    const last = found.at(-1)
    if (found.length >= count && last && compare(last, each) < 0) continue
    const index = found.findIndex((other) => compare(each, other) < 0)
    found.splice(index < 0 ? found.length : index, 0, each)
    if (found.length > count) found.pop()
  }
  return found
}

function compare(one: SortKey, other: SortKey): number {
  if (one.id === other.id) return 0
  return other.cost - one.cost || other.tokens - one.tokens || (one.id < other.id ? -1 : 1)
}
