import 'server-only'
import { setImmediate as otherWork } from 'node:timers/promises'
import { type RawBuilder, sql } from 'kysely'
import type { Rate } from '@/lib/protocol/money'
import type { Database } from './client'
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
 * The ids of the conversations that cost the most, a page of them, and how many there are in all. Read a few days at a
 * time, with other work in between: a year's roll-ups at once would hold up every stream of the process.
 */
export async function dearestConversations(
  db: Database,
  { conversation, within }: Part,
  { offset, limit, rate }: { offset: number; limit: number; rate: Rate },
): Promise<{ ids: string[]; count: number }> {
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
  const ids = first(all.values(), offset + limit).map(({ id }) => id)
  return { ids: ids.slice(offset), count: all.size }
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

/** The first few in order, without ordering the rest. */
function first(all: Iterable<Worth>, count: number): Worth[] {
  const found: Worth[] = []
  for (const each of all) {
    const last = found.at(-1)
    if (found.length >= count && last && inOrder(last, each) < 0) continue
    const place = found.findIndex((other) => inOrder(each, other) < 0)
    found.splice(place < 0 ? found.length : place, 0, each)
    if (found.length > count) found.pop()
  }
  return found
}

function inOrder(one: Worth, other: Worth): number {
  return other.cost - one.cost || other.tokens - one.tokens || (one.id < other.id ? -1 : 1)
}
