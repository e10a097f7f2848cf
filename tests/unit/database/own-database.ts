import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { migrate } from '@/lib/database/migrate'

/** Gives a test file's process a database of its own. */
export function ownDatabase(): void {
  const folder = mkdtempSync(join(tmpdir(), 'rill-own-'))
  beforeAll(async () => {
    vi.stubEnv('DATA_DIR', folder)
    vi.stubEnv('DATABASE_URL', '')
    await migrate(database())
  })
  afterAll(async () => {
    await database().destroy()
    rmSync(folder, { recursive: true, force: true })
    vi.unstubAllEnvs()
  })
}
