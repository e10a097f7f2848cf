import 'server-only'
import { openAccounts, sweepAccounts } from '@/lib/accounts/owner'
import { config } from '@/lib/config'
import { database, engine } from '@/lib/database/client'
import { deleteInstances, hasOtherSecret } from '@/lib/database/instances'
import { migrate } from '@/lib/database/migrate'
import { sweepDeleted } from '@/lib/database/sweeps'
import { DEAD_AFTER_MS, HEARTBEAT_MS, heartbeat } from '@/lib/instances/heartbeat'
import { log } from '@/lib/log'
import { resealKeys } from '@/lib/providers/keys'
import { listenForCommands } from '@/lib/runs/commands'
import { createReaper } from '@/lib/runs/recovery/abandoned'
import { runs } from '@/lib/runs/runs'
import { secretMark } from '@/lib/secret'
import { repeat } from './repeat'

const SWEEP_MS = 60 * 60 * 1000
/** How long a periodic task may take before its next round begins without it. */
const BEAT_LIMIT_MS = DEAD_AFTER_MS
const TASK_LIMIT_MS = 60_000

/**
 * Makes the process ready to serve: migrates the database, ends the generations that a dead process left running, and
 * starts the heartbeat and the periodic tasks.
 * @throws {Error} with a message for the operator when the database can't be used.
 */
export async function bootstrap(): Promise<void> {
  // Outside any request: what it starts belongs to the process.
  runs()
  const db = database()
  await migrate(db)
  await openAccounts(db)
  await resealKeys()
  const reap = createReaper()
  // A run that waits for a retry or a model that thinks has no checkpoints, so it wouldn't notice a deletion.
  repeat(HEARTBEAT_MS, TASK_LIMIT_MS, 'stopping unwanted generations', () => runs().stopUnwanted())
  if (engine() === 'sqlite') {
    // One process holds the data folder, so nobody reads a heartbeat.
    await deleteInstances(db, null)
    await reap()
    repeat(HEARTBEAT_MS, TASK_LIMIT_MS, 'ending abandoned generations', reap)
  } else {
    await heartbeat().send()
    await adviseSecret()
    listenForCommands()
    repeat(HEARTBEAT_MS, BEAT_LIMIT_MS, 'the heartbeat', () => heartbeat().send())
    repeat(HEARTBEAT_MS, TASK_LIMIT_MS, 'ending abandoned generations', async () => {
      // After an outage of Postgres no heartbeat is fresh: the other instances get the time to send theirs.
      if (heartbeat().steadyMs >= DEAD_AFTER_MS) await reap()
    })
  }
  await sweepDeleted().catch((error: unknown) => log().error({ error }, 'the sweep of deleted conversations failed'))
  repeat(SWEEP_MS, SWEEP_MS, 'the sweep of deleted conversations', sweepDeleted)
  repeat(SWEEP_MS, SWEEP_MS, 'the sweep of sessions', sweepAccounts)
}

/** Warns about instances with different secrets: they sign people out of each other, and can't read each other's keys. */
async function adviseSecret(): Promise<void> {
  if (await hasOtherSecret(database(), secretMark(), DEAD_AFTER_MS)) {
    log().error(
      'Another Rill on this database uses a different RILL_SECRET. People are signed out whenever their requests move between the two, and neither can read keys the other has stored. Set the same RILL_SECRET for all of them.',
    )
  }
  if (config().secret) return
  log().warn(
    `RILL_SECRET is not set, so this Rill uses the one in ${config().dataDir}. Before a second one shares this database, set RILL_SECRET to the contents of the file \`secret\` there on both, so that nobody has to sign in again.`,
  )
}
