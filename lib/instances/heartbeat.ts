import 'server-only'
import { database, engine } from '@/lib/database/client'
import { beat } from '@/lib/database/instances'
import { processSingleton } from '@/lib/process'
import { secretMark } from '@/lib/secret'
import { instanceId } from './instance-id'

/** The generations of an instance that dies have ended 15 s later at the most: at its next heartbeat, each other one sees it. */
export const HEARTBEAT_MS = 2_000
/** More than a heartbeat that meets a connection gone silent takes: the limit of that, and a beat on either side. */
export const DEAD_AFTER_MS = 10_000

/** What the other instances know this one to live by. */
export function heartbeat() {
  return processSingleton('heartbeat', createHeartbeat)
}

function createHeartbeat() {
  let beatenAt = 0
  let steadySince = performance.now()
  async function now(): Promise<void> {
    const at = Date.now()
    await beat(database(), instanceId(), secretMark())
    if (at - beatenAt > DEAD_AFTER_MS) steadySince = performance.now()
    beatenAt = at
  }
  return {
    /** Says that this instance lives. @throws {Error} when the database is away. */
    now,
    /** For how long it has said so without a gap in which the others could take it for dead. */
    get steadyMs(): number {
      return Date.now() - beatenAt > DEAD_AFTER_MS ? 0 : performance.now() - steadySince
    },
    /**
     * Settles when the others know that this instance lives. One that stood still, as a machine that slept, is taken for
     * dead by then, and what it began before its next heartbeat would be ended by another.
     */
    async known(): Promise<void> {
      // On SQLite there are no others.
      if (engine() === 'sqlite') return
      if (Date.now() - beatenAt > DEAD_AFTER_MS / 2) await now()
    },
  }
}
