import 'server-only'
import { database, engine } from '@/lib/database/client'
import { recordHeartbeat } from '@/lib/database/instances'
import { processSingleton } from '@/lib/process'
import { secretMark } from '@/lib/secret'
import { instanceId } from './instance-id'

/** With the limit below, the generations of a dead instance end within 15 s: each other instance checks at its heartbeat. */
export const HEARTBEAT_MS = 2_000
/** Longer than a heartbeat over a connection that has gone silent: its time limit, and a beat on either side. */
export const DEAD_AFTER_MS = 10_000

/** What the other instances know this one to be alive by. */
export function heartbeat() {
  return processSingleton('heartbeat', createHeartbeat)
}

function createHeartbeat() {
  let lastBeatAt = 0
  let steadySince = performance.now()

  async function send(): Promise<void> {
    const at = Date.now()
    await recordHeartbeat(database(), instanceId(), secretMark())
    if (at - lastBeatAt > DEAD_AFTER_MS) steadySince = performance.now()
    lastBeatAt = at
  }

  return {
    /** Writes the heartbeat of this instance. @throws {Error} when the database is away. */
    send,
    /** How long heartbeats have gone out without a gap in which another instance could take this one for dead. */
    get steadyMs(): number {
      return Date.now() - lastBeatAt > DEAD_AFTER_MS ? 0 : performance.now() - steadySince
    },
    /**
     * Settles when the other instances know that this one is alive. After a pause, e.g. of a machine that slept, they take it
     * for dead, and would end whatever it starts before its next heartbeat.
     */
    async registerInstance(): Promise<void> {
      // On SQLite there are no others.
      if (engine() === 'sqlite') return
      if (Date.now() - lastBeatAt > DEAD_AFTER_MS / 2) await send()
    },
  }
}
