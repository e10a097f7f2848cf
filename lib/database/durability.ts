import 'server-only'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { engine } from './client'

/**
 * Settles when all that this process has committed so far is on the disk, safe from a loss of power as well. Call it
 * before telling anybody that something is saved.
 *
 * SQLite itself would sync the write-ahead log within each commit and hold the event loop, and so every stream, for as
 * long as the disk takes (https://www.sqlite.org/pragma.html#pragma_synchronous). It is told not to, and the same sync
 * is done here, off the event loop; commits that wait together share one. Postgres has synced when it says committed.
 * @throws {Error} when the disk fails.
 */
export function syncedToDisk(): Promise<void> {
  return engine() === 'postgres' ? Promise.resolve() : processSingleton('durability', syncOfWriteAheadLog)()
}

function syncOfWriteAheadLog(): () => Promise<void> {
  // Held open for good: it is one file for as long as the database is open.
  let file: FileHandle | null = null
  return shared(async () => {
    file ??= await open(join(config().dataDir, 'rill.db-wal'), 'r+')
    await file.datasync()
  })
}

/** A task that many wait for: it runs once for all who ask while an earlier run is under way, and begins after they asked. */
export function shared(task: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<unknown> = Promise.resolve()
  let following: Promise<void> | null = null
  return () => {
    following ??= underWay.then(() => {
      following = null
      const run = task()
      underWay = run.catch(() => undefined)
      return run
    })
    return following
  }
}
