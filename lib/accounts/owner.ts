import 'server-only'
import { config } from '@/lib/config'
import { claimOwners } from '@/lib/database/accounts/claim'
import { ensureSingleOwner, lockOwners, singleOwner } from '@/lib/database/accounts/owners'
import { forgetVisitors, sweepSessions } from '@/lib/database/accounts/sessions'
import { type Database, database, withPatience } from '@/lib/database/client'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import { mode } from './mode'
import { SAFE_PASSWORD_LENGTH } from './password'

/** The one owner of a local Rill or of one with a password. Every database has one; its id never changes. */
export async function singleOwnerId(): Promise<string> {
  const kept = processSingleton<{ id: string | null }>('single owner', () => ({ id: null }))
  kept.id ??= await singleOwner(database())
  if (kept.id === null) throw new Error('The database has no owner yet')
  return kept.id
}

/**
 * Prepares the owners when the server starts. Where there is one history, whatever browsers had of their own becomes part
 * of it: what an earlier version kept by cookie, and what visitors wrote while Rill was open.
 */
export async function openAccounts(db: Database): Promise<void> {
  const { password } = config()
  if (password !== null && password.length < SAFE_PASSWORD_LENGTH)
    log().warn(
      `RILL_PASSWORD has fewer than ${SAFE_PASSWORD_LENGTH} characters and could be guessed. Set a longer one; everyone will have to sign in again.`,
    )
  await withPatience(db, async (patient) => {
    const single = await patient.transaction().execute(async (tx) => {
      await lockOwners(tx)
      return await ensureSingleOwner(tx, mode() !== 'open')
    })
    await claimStray(patient, single)
  })
}

/** Removes what has expired. Also claims what an instance of an earlier version has written since the start. */
export async function sweepAccounts(): Promise<void> {
  await sweepSessions(database())
  await withPatience(database(), async (patient) => claimStray(patient, await singleOwnerId()))
}

async function claimStray(db: Database, single: string): Promise<void> {
  if (mode() === 'open') return
  const claimed = await claimOwners(db, single)
  await forgetVisitors(db)
  if (claimed > 0)
    log().info(
      { owners: claimed },
      'the conversations, providers, usage, and budgets of separate browsers now belong to one shared history',
    )
}
