import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openAccounts } from '@/lib/accounts/owner'
import { identify, startPasswordSession } from '@/lib/accounts/sessions'
import { sweepSessions } from '@/lib/database/accounts/sessions'
import { database } from '@/lib/database/client'
import { migrate } from '@/lib/database/migrate'

const folder = mkdtempSync(join(tmpdir(), 'rill-sessions-'))
beforeAll(async () => {
  vi.stubEnv('DATA_DIR', folder)
  vi.stubEnv('RILL_PASSWORD', 'correct horse battery')
  await migrate(database())
  await openAccounts(database())
})
afterAll(async () => {
  await database().destroy()
  rmSync(folder, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

test('a session is identified in well under a millisecond, among 20,000', async () => {
  const now = Date.now()
  const owners = Array.from({ length: 200 }, (_, index) => ({
    id: `visitor ${index}`,
    kind: 'visitor' as const,
    createdAt: now,
  }))
  await database().insertInto('owners').values(owners).execute()
  for (const { id: ownerId } of owners)
    await database()
      .insertInto('sessions')
      .values(
        Array.from({ length: 100 }, (_, index) => ({
          id: `${ownerId} ${index}`,
          ownerId,
          tokenHash: `${ownerId} ${index}`,
          passwordMark: null,
          createdAt: now,
          confirmedAt: now,
          lastUsedAt: now,
          expiresAt: now + 1_000_000,
          endedAt: null,
        })),
      )
      .execute()
  const token = await startPasswordSession(null)
  const times: number[] = []
  for (let time = 0; time < 500; time++) {
    const began = performance.now()
    expect((await identify({ token, legacy: undefined })).principal?.kind).toBe('password')
    times.push(performance.now() - began)
  }
  const median = times.toSorted((one, other) => one - other)[250] ?? 0
  expect(median).toBeLessThan(0.3)
})

test('the sweep removes expired sessions, and visitors without any rows', async () => {
  const now = Date.now()
  await database()
    .insertInto('conversations')
    .values({ id: 'c', ownerId: 'visitor 7', title: '', model: null, createdAt: now, updatedAt: now, deletedAt: null })
    .execute()
  await database()
    .updateTable('sessions')
    .set({ expiresAt: now - 1 })
    .where('ownerId', 'in', ['visitor 7', 'visitor 8'])
    .execute()
  await sweepSessions(database())
  const left = await database()
    .selectFrom('owners')
    .select('id')
    .where('id', 'in', ['visitor 7', 'visitor 8', 'visitor 9'])
    .execute()
  expect(left.map(({ id }) => id)).toEqual(['visitor 7', 'visitor 9'])
  const sessions = await database().selectFrom('sessions').select('id').where('ownerId', '=', 'visitor 7').execute()
  expect(sessions).toEqual([])
})
