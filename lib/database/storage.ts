import 'server-only'
import { sql } from 'kysely'
import { database } from './client'

/**
 * How many bytes a person's conversations take: the messages, and what was set for each answer, such as its instructions.
 * Those of deleted conversations count for as long as they can be brought back.
 */
export async function storedBytes(ownerId: string): Promise<number> {
  const messages = database()
    .selectFrom('messages')
    .select(sql<number | string | null>`sum(octet_length(parts))`.as('bytes'))
    .where('ownerId', '=', ownerId)
  const answers = database()
    .selectFrom('generations')
    .select(sql<number | string | null>`sum(octet_length(settings))`.as('bytes'))
    .where('ownerId', '=', ownerId)
  const sums = await messages.unionAll(answers).execute()
  return sums.reduce((total, { bytes }) => total + Number(bytes ?? 0), 0)
}
