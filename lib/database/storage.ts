import 'server-only'
import { type RawBuilder, sql } from 'kysely'
import { database, engine } from './client'

/**
 * How many bytes a person's conversations take: the messages, and what was set for each answer, such as its instructions.
 * Those of deleted conversations count for as long as they can be brought back.
 */
export async function storedBytes(ownerId: string): Promise<number> {
  const messages = database().selectFrom('messages').select(bytesIn('parts').as('bytes')).where('ownerId', '=', ownerId)
  const answers = database()
    .selectFrom('generations')
    .select(bytesIn('settings').as('bytes'))
    .where('ownerId', '=', ownerId)
  const sums = await messages.unionAll(answers).execute()
  return sums.reduce((total, { bytes }) => total + Number(bytes ?? 0), 0)
}

/** The expression of the index `messages_by_owner`. */
function bytesIn(column: string): RawBuilder<number | string | null> {
  const text = sql.ref(column)
  return engine() === 'postgres' ? sql`sum(octet_length(${text}))` : sql`sum(length(cast(${text} as blob)))`
}
