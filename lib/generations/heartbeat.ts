import 'server-only'
import { database } from '@/lib/database/client'
import { beat } from '@/lib/database/instances'
import { oncePerProcess } from '@/lib/process'
import { secretMark } from '@/lib/secret'
import { runs } from './runs'

/** The generations of an instance that dies have ended 15 s later at the most: at its next heartbeat, each other one sees it. */
export const HEARTBEAT_MS = 2_000
/** More than a heartbeat that meets a connection gone silent takes: the limit of that, and a beat on either side. */
export const DEAD_AFTER_MS = 10_000

/** What the other instances know this one to live by. */
export function heartbeat() {
  return oncePerProcess('heartbeat', createHeartbeat)
}

function createHeartbeat() {
  let beatenAt = 0
  async function now(): Promise<void> {
    const at = Date.now()
    await beat(database(), runs().instanceId, secretMark())
    beatenAt = at
  }
  return {
    now,
    /**
     * Settles when the others know that this instance lives. One that stood still, as a machine that slept, is taken for
     * dead by then, and what it began before its next heartbeat would be ended by another.
     */
    async known(): Promise<void> {
      if (Date.now() - beatenAt > DEAD_AFTER_MS / 2) await now()
    },
  }
}
