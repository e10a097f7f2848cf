import 'server-only'
import { type RawBuilder, sql } from 'kysely'
import { log } from '@/lib/log'
import { keyColumns, sumColumns } from '../billing/rollups'
import { MOST_STORED, SERVER } from '../billing/spending'
import type { Database } from '../client'
import { mergeChoices } from './merge-choices'
import { lockOwners } from './owners'

/** The tables with rows that belong to somebody. */
export const ownedTables = [
  'conversations',
  'messages',
  'generations',
  'providers',
  'settings',
  'prices',
  'budget_limits',
  'spending',
  'usage_rollups',
] as const

/** Those in which an index finds the rows of an owner; messages are found by their conversations. */
const indexedTables = ownedTables.filter((table) => table !== 'messages')
type IndexedTable = (typeof indexedTables)[number]
/** Those that can always be claimed: of what an owner has chosen, what cannot be read stays. */
const movedTables = ['conversations', 'generations', 'providers', 'spending', 'usage_rollups'] as const

/**
 * Gives all that other owners have to one owner: first what they have chosen, then the rest, each owner in a transaction of
 * its own. What a crash or a fault leaves is tried again at the next start. Of two instances that claim at once, the second
 * waits and finds nothing. Gives how many owners it was.
 */
export async function mergeOwners(db: Database, single: string): Promise<number> {
  const others = (await ownersByActivity(db, single)).filter((owner) => owner !== single)
  if (others.length === 0) return 0
  try {
    await db.transaction().execute(async (tx) => {
      await lockOwners(tx)
      await mergeChoices(tx, await ownersByActivity(tx, single), single)
    })
  } catch (error) {
    log().error({ error }, 'couldn’t merge the choices of several browsers; will retry later')
  }
  let claimed = 0
  for (const other of await ownersByActivity(db, single, movedTables)) {
    if (other === single) continue
    try {
      await db.transaction().execute(async (tx) => {
        await lockOwners(tx)
        await addUp(tx, 'spending', other, single)
        await addUp(tx, 'usage_rollups', other, single)
        await claimRows(tx, other, single)
        await tx.deleteFrom('owners').where('id', '=', other).execute()
      })
      claimed++
    } catch (error) {
      // One that cannot be claimed must not keep the others, or the server, from their work.
      log().error({ ownerId: other, error }, 'couldn’t merge a browser’s history into the shared history')
    }
  }
  return claimed
}

/**
 * Whoever else has rows, and the one owner, those that were active last first. Visitors of an open Rill come last: what
 * strangers have chosen gives way to what the one owner has.
 */
async function ownersByActivity(
  db: Database,
  single: string,
  tables: readonly IndexedTable[] = indexedTables,
): Promise<string[]> {
  // As two ranges, the index leads past the rows of the one owner, however many they are.
  const others = tables.map((table) => {
    const activity = table === 'conversations' ? sql`updated_at` : sql`0`
    return sql`select owner_id, ${activity} as active from ${sql.table(table)}
      where (owner_id < ${single} or owner_id > ${single}) and owner_id <> ${SERVER}`
  })
  const own = sql`select ${single} as owner_id, max(updated_at) as active from conversations where owner_id = ${single}`
  const { rows } = await sql<{ ownerId: string }>`
    select owner_id from (${sql.join([...others, own], sql` union all `)}) as owned
    group by owner_id
    order by case when owner_id in (select id from owners where kind = 'visitor') then 1 else 0 end,
      coalesce(max(active), 0) desc, owner_id desc`.execute(db)
  return rows.map(({ ownerId }) => ownerId)
}

async function claimRows(tx: Database, other: string, single: string): Promise<void> {
  // A turn id is one owner's own. The generation of the other keeps its row under an id that no other has.
  await sql`update generations set turn_id = id where owner_id = ${other}
    and turn_id in (select turn_id from generations where owner_id = ${single})`.execute(tx)
  await sql`update messages set owner_id = ${single} where owner_id = ${other} and conversation_id in (
    select id from conversations where owner_id = ${other}
    union select conversation_id from generations where owner_id = ${other})`.execute(tx)
  // A key of an earlier version opens only with its owner's id, which is therefore kept beside it.
  await sql`update providers set owner_id = ${single},
    sealed = case when sealed like '%.%' then sealed else 'v1.' || owner_id || '.' || sealed end
    where owner_id = ${other}`.execute(tx)
  for (const table of ['generations', 'conversations'] as const)
    await tx.updateTable(table).set({ ownerId: single }).where('ownerId', '=', other).execute()
}

const summed: Record<'spending' | 'usage_rollups', { key: string[]; sums: string[] }> = {
  spending: {
    key: ['owner_id', 'scope'],
    sums: ['spent_picos', 'spent_tokens', 'reserved_picos', 'reserved_tokens'],
  },
  usage_rollups: { key: keyColumns, sums: sumColumns },
}

/** Adds the sums of another owner to those under the same key. */
async function addUp(tx: Database, table: keyof typeof summed, other: string, single: string): Promise<void> {
  const { key, sums } = summed[table]
  const names = (columns: string[]) => sql.join(columns.map((name) => sql.ref(name)))
  const added = sums.map((name): RawBuilder<unknown> => {
    const [there, more] = [sql.ref(`${table}.${name}`), sql.ref(`excluded.${name}`)]
    const full = sql.lit(MOST_STORED)
    return sql`${sql.ref(name)} = case when ${there} > ${full} - ${more} then ${full} else ${there} + ${more} end`
  })
  const rest = key.filter((name) => name !== 'owner_id')
  await sql`
    insert into ${sql.table(table)} (owner_id, ${names([...rest, ...sums])})
    select ${single}, ${names([...rest, ...sums])} from ${sql.table(table)} where owner_id = ${other}
    order by ${names(rest)}
    on conflict (${names(key)}) do update set ${sql.join(added)}`.execute(tx)
  await sql`delete from ${sql.table(table)} where owner_id = ${other}`.execute(tx)
}
