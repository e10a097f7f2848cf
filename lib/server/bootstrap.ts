import 'server-only'
import { openAccounts, sweepAccounts } from '@/lib/accounts/owner'
import { config } from '@/lib/config'
import { database, engine, migrate } from '@/lib/database/client'
import { anotherSecret, forgetInstances } from '@/lib/database/instances'
import { sweepDeleted } from '@/lib/database/sweeps'
import { DEAD_AFTER_MS, HEARTBEAT_MS, heartbeat } from '@/lib/instances/heartbeat'
import { instanceId } from '@/lib/instances/instance-id'
import { log } from '@/lib/log'
import type { Problem } from '@/lib/protocol/events'
import { resealKeys } from '@/lib/providers/keys'
import { createReaper } from '@/lib/runs/abandoned'
import { listenForCommands } from '@/lib/runs/commands'
import { runs } from '@/lib/runs/runs'
import { secretMark } from '@/lib/secret'
import { every } from './repeat'

const SWEEP_MS = 60 * 60 * 1000
/** How long each periodic task may take before the next round begins without it. */
const BEAT_LIMIT_MS = DEAD_AFTER_MS
const TASK_LIMIT_MS = 60_000

const shutDown: Problem = {
  kind: 'internal',
  message:
    'The server was shut down while this reply was being written. What arrived so far has been saved. Try again.',
  retryable: true,
}

/**
 * Makes the process ready to serve: migrates, ends what a dead process left running, and keeps this process's heartbeat.
 * @throws {Error} in words when the database cannot be used.
 */
export async function bootstrap(): Promise<void> {
  // First here, which is no request: what they begin belongs to the process.
  runs()
  const db = database()
  await migrate(db)
  await openAccounts(db)
  await resealKeys()
  const reap = createReaper()
  // What does not grow has no checkpoints: it waits to ask its model again, or the model thinks.
  every(HEARTBEAT_MS, TASK_LIMIT_MS, 'stopping what is not wanted any more', () => runs().stopUnwanted())
  if (engine() === 'sqlite') {
    // The data folder is held by this process alone: nobody asks whether it lives, and it need not say so.
    await forgetInstances(db, null)
    await reap()
    every(HEARTBEAT_MS, TASK_LIMIT_MS, 'the end of what nobody runs', reap)
  } else {
    await heartbeat().now()
    await adviseSecret()
    listenForCommands()
    every(HEARTBEAT_MS, BEAT_LIMIT_MS, 'the heartbeat', () => heartbeat().now())
    every(HEARTBEAT_MS, TASK_LIMIT_MS, 'the end of what nobody runs', async () => {
      // After an outage of Postgres nobody's heartbeat is fresh yet: the others may live, and get the time to say so.
      if (heartbeat().steadyMs >= DEAD_AFTER_MS) await reap()
    })
  }
  await sweepDeleted().catch((error: unknown) => log().error({ error }, 'the sweep of deleted conversations failed'))
  every(SWEEP_MS, SWEEP_MS, 'the sweep of deleted conversations', sweepDeleted)
  every(SWEEP_MS, SWEEP_MS, 'the sweep of sessions', sweepAccounts)
}

/** Instances with different secrets sign people out of each other, and cannot read the keys that another has kept. */
async function adviseSecret(): Promise<void> {
  if (await anotherSecret(database(), secretMark(), DEAD_AFTER_MS)) {
    log().error(
      'Another Rill on this database uses a different RILL_SECRET. People are signed out whenever their requests move between the two, and neither can read keys the other has stored. Set the same RILL_SECRET for all of them.',
    )
  }
  if (config().secret) return
  log().warn(
    `RILL_SECRET is not set, so this Rill uses the one in ${config().dataDir}. Before a second one shares this database, set RILL_SECRET to the contents of the file \`secret\` there on both, so that nobody has to sign in again.`,
  )
}

/** Lets no generation start any more. Settles when none runs, or when `enough` aborts. */
export async function drain(enough: AbortSignal): Promise<void> {
  await runs().drain(shutDown, enough)
}

/** Ends what runs as `interrupted`. Settles when all is saved, which it may never be: the caller sets the time limit. */
export async function saveAndForget(): Promise<void> {
  await runs().close(shutDown)
  await forgetInstance()
}

/** So that the other instances end at once what this one leaves running. On SQLite there are none. */
async function forgetInstance(): Promise<void> {
  if (engine() === 'sqlite') return
  await database().deleteFrom('instances').where('id', '=', instanceId()).execute()
}
