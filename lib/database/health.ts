import 'server-only'
import { sql } from 'kysely'
import { log } from '@/lib/log'
import { database } from './client'

/** Whether the database answers a query now. */
export async function databaseAnswers(): Promise<boolean> {
  try {
    await sql`select 1`.execute(database())
    return true
  } catch (error) {
    log().error({ error }, 'the database does not answer')
    return false
  }
}
