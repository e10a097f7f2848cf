import 'server-only'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { engine } from './client'

/**
 * Resolves when everything this process has committed is on disk and would survive a power failure. Await it before
 * confirming that something is saved.
 *
 * SQLite would sync its write-ahead log within each commit, and block the event loop and every stream for as long as the
 * disk takes (https://www.sqlite.org/pragma.html#pragma_synchronous). That is turned off; this syncs off the event loop, once
 * for all commits that wait. Postgres syncs before it confirms a commit.
 * @throws {Error} if the disk fails.
 */
export function syncedToDisk(): Promise<void> {
  return engine() === 'postgres' ? Promise.resolve() : processSingleton('disk sync', writeAheadLogSync)()
}

function writeAheadLogSync(): () => Promise<void> {
  // Kept open: it is the same file for as long as the database is open.
  let file: FileHandle | null = null
  return coalesced(async () => {
    file ??= await open(join(config().dataDir, 'rill.db-wal'), 'r+')
    await file.datasync()
  })
}

/** Runs a task once for all callers that arrive during an earlier run, starting after that run. */
export function coalesced(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<void> | null = null
  return () => {
    next ??= running.then(() => {
      next = null
      const run = task()
      running = run.catch(() => undefined)
      return run
    })
    return next
  }
}
