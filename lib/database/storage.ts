import 'server-only'
import { type RawBuilder, sql } from 'kysely'
import { database, engine } from './client'

/**
 * The bytes that a person's conversations take: messages, and the settings of each reply, such as its instructions. Deleted
 * conversations count for as long as they can be restored.
 */
export async function storedBytes(ownerId: string): Promise<number> {
  const messages = database().selectFrom('messages').select(bytesIn('parts').as('bytes')).where('ownerId', '=', ownerId)
  const settings = database()
    .selectFrom('generations')
    .select(bytesIn('settings').as('bytes'))
    .where('ownerId', '=', ownerId)
  const sums = await messages.unionAll(settings).execute()
  return sums.reduce((total, { bytes }) => total + Number(bytes ?? 0), 0)
}

/** Must be the expression of the index `messages_by_owner`. */
function bytesIn(column: string): RawBuilder<number | string | null> {
  const text = sql.ref(column)
  return engine() === 'postgres' ? sql`sum(octet_length(${text}))` : sql`sum(length(cast(${text} as blob)))`
}
