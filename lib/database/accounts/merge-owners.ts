import 'server-only'
import { type RawBuilder, sql } from 'kysely'
import { log } from '@/lib/log'
import { keyColumns, sumColumns } from '../billing/rollups'
import { MAX_STORED_PICOS, SERVER } from '../billing/spending'
import type { Database } from '../client'
import { mergeChoices } from './merge-choices'
import { lockOwners } from './owners'

/** The tables whose rows have an owner. */
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

/** The tables with an index by owner. Messages are found by their conversations. */
const indexedTables = ownedTables.filter((table) => table !== 'messages')
type IndexedTable = (typeof indexedTables)[number]
/** The tables whose rows can always be moved. Settings, budgets and prices that can't be parsed stay where they are. */
const movableTables = ['conversations', 'generations', 'providers', 'spending', 'usage_rollups'] as const

/**
 * Moves the rows of all other owners to one owner: first settings, budgets and prices, then the rest, in a transaction per
 * owner. After a crash or an error, the next start continues. A second instance waits and finds nothing to do.
 * @returns how many owners were merged.
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
  let merged = 0
  for (const other of await ownersByActivity(db, single, movableTables)) {
    if (other === single) continue
    try {
      await db.transaction().execute(async (tx) => {
        await lockOwners(tx)
        await addSums(tx, 'spending', other, single)
        await addSums(tx, 'usage_rollups', other, single)
        await moveRows(tx, other, single)
        await tx.deleteFrom('owners').where('id', '=', other).execute()
      })
      merged++
    } catch (error) {
      // An owner that can't be merged must not stop the others, or the start.
      log().error({ ownerId: other, error }, 'couldn’t merge a browser’s history into the shared history')
    }
  }
  return merged
}

/**
 * All owners with rows and the shared one, the most recently active first. Visitors of open mode come last, so that
 * strangers' settings never replace those of the shared owner.
 */
async function ownersByActivity(
  db: Database,
  single: string,
  tables: readonly IndexedTable[] = indexedTables,
): Promise<string[]> {
  // Two ranges, so that the index skips the rows of the shared owner.
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

async function moveRows(tx: Database, other: string, single: string): Promise<void> {
  // Turn ids are unique per owner: on a conflict, the moved generation's own id replaces its turn id.
  await sql`update generations set turn_id = id where owner_id = ${other}
    and turn_id in (select turn_id from generations where owner_id = ${single})`.execute(tx)
  await sql`update messages set owner_id = ${single} where owner_id = ${other} and conversation_id in (
    select id from conversations where owner_id = ${other}
    union select conversation_id from generations where owner_id = ${other})`.execute(tx)
  // A key that an earlier version sealed can only be unsealed with its owner's id, so the id is kept with it.
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

/** Adds another owner's sums to the rows with the same key. */
async function addSums(tx: Database, table: keyof typeof summed, other: string, single: string): Promise<void> {
  const { key, sums } = summed[table]
  const names = (columns: string[]) => sql.join(columns.map((name) => sql.ref(name)))
  const updates = sums.map((name): RawBuilder<unknown> => {
    const [current, added] = [sql.ref(`${table}.${name}`), sql.ref(`excluded.${name}`)]
    const full = sql.lit(MAX_STORED_PICOS)
    return sql`${sql.ref(name)} = case when ${current} > ${full} - ${added} then ${full} else ${current} + ${added} end`
  })
  const rest = key.filter((name) => name !== 'owner_id')
  await sql`
    insert into ${sql.table(table)} (owner_id, ${names([...rest, ...sums])})
    select ${single}, ${names([...rest, ...sums])} from ${sql.table(table)} where owner_id = ${other}
    order by ${names(rest)}
    on conflict (${names(key)}) do update set ${sql.join(updates)}`.execute(tx)
  await sql`delete from ${sql.table(table)} where owner_id = ${other}`.execute(tx)
}
