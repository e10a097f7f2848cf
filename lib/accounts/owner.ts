import 'server-only'
import { config } from '@/lib/config'
import { mergeOwners } from '@/lib/database/accounts/merge-owners'
import { ensureSingleOwner, lockOwners, singleOwner } from '@/lib/database/accounts/owners'
import { deleteVisitors, sweepSessions } from '@/lib/database/accounts/sessions'
import { type Database, database, withoutTimeouts } from '@/lib/database/client'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import { mode } from './mode'
import { SAFE_PASSWORD_LENGTH } from './password'

/** The owner of the shared history in local and password mode. Every database has one; its id never changes. */
export async function singleOwnerId(): Promise<string> {
  const cached = processSingleton<{ id: string | null }>('single owner', () => ({ id: null }))
  cached.id ??= await singleOwner(database())
  if (cached.id === null) throw new Error('The database has no owner yet')
  return cached.id
}

/**
 * Prepares the owners when the server starts. In local and password mode, merges the histories of separate browsers into
 * the shared one: those of earlier versions, and those of visitors in open mode.
 */
export async function openAccounts(db: Database): Promise<void> {
  const { password } = config()
  if (password !== null && password.length < SAFE_PASSWORD_LENGTH)
    log().warn(
      `RILL_PASSWORD has fewer than ${SAFE_PASSWORD_LENGTH} characters and could be guessed. Set a longer one; everyone will have to sign in again.`,
    )
  await withoutTimeouts(db, async (patient) => {
    const single = await patient.transaction().execute(async (tx) => {
      await lockOwners(tx)
      return await ensureSingleOwner(tx, mode() !== 'open')
    })
    await mergeOtherOwners(patient, single)
  })
}

/** Removes expired sessions, and merges what an instance of an earlier version has written since the start. */
export async function sweepAccounts(): Promise<void> {
  await sweepSessions(database())
  await withoutTimeouts(database(), async (patient) => mergeOtherOwners(patient, await singleOwnerId()))
}

async function mergeOtherOwners(db: Database, single: string): Promise<void> {
  if (mode() === 'open') return
  const merged = await mergeOwners(db, single)
  await deleteVisitors(db)
  if (merged > 0)
    log().info(
      { owners: merged },
      'the conversations, providers, usage, and budgets of separate browsers now belong to one shared history',
    )
}
