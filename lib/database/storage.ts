import 'server-only'
import { sql } from 'kysely'
import { database } from './client'

/** How many bytes a person's messages take, those of deleted conversations too for as long as they can be brought back. */
export async function storedBytes(ownerId: string): Promise<number> {
  const { bytes } = await database()
    .selectFrom('messages')
    .select(sql<number | string | null>`sum(octet_length(parts))`.as('bytes'))
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow()
  return Number(bytes ?? 0)
}
