import { afterEach, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { capabilitiesOf, forgetCapabilities, rememberAdaptation } from '@/lib/providers/capabilities'
import { createProvider, updateProvider } from '@/lib/providers/own'
import type { Adaptation } from '@/lib/upstream/connection'
import { ownDatabase } from '../database/own-database'

ownDatabase()
afterEach(() => void vi.useRealTimers())

const picky: Adaptation = { without: ['stream_options'], lengthName: 'max_tokens', stream: null, systemRole: true }
const whole: Adaptation = { ...picky, stream: false }
const DAY_MS = 86_400_000

/** The capabilities by model, without the dates. */
async function known(providerId: string) {
  return Object.fromEntries(
    [...(await capabilitiesOf(providerId))].map(([model, { learnedAt, ...rest }]) => [model, rest]),
  )
}
/** Resolves once this many rows are stored. */
async function stored(providerId: string, count: number) {
  await vi.waitFor(async () => {
    const rows = await database()
      .selectFrom('modelCapabilities')
      .selectAll()
      .where('providerId', '=', providerId)
      .execute()
    expect(rows).toHaveLength(count)
  })
}

test('what is learned during a query takes precedence over its older result', async () => {
  const asked = capabilitiesOf('slow')
  rememberAdaptation('slow', 'one', picky)
  expect((await asked).get('one')).toMatchObject(picky)
  expect(await known('slow')).toEqual({ one: picky })
})

test('each model of a provider has its own capabilities', async () => {
  rememberAdaptation('two models', 'one', picky)
  rememberAdaptation('two models', 'other', whole)
  expect(await known('two models')).toEqual({ one: picky, other: whole })
  expect(await known('another provider')).toEqual({})
})

test('an unknown provider gets the default request, and so does one whose capabilities were deleted', async () => {
  expect(await known('new')).toEqual({})
  rememberAdaptation('new', 'one', picky)
  expect(await known('new')).toEqual({ one: picky })
  await stored('new', 1)
  await forgetCapabilities('new')
  expect(await known('new')).toEqual({})
})

test('what was learned survives a restart, for a week', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  rememberAdaptation('kept', 'one', picky)
  await stored('kept', 1)
  // After a minute the cache expires and the database is read again, as after a restart.
  vi.setSystemTime(Date.now() + 61_000)
  expect(await known('kept')).toEqual({ one: picky })
  vi.setSystemTime(Date.now() + 6.9 * DAY_MS)
  expect(await known('kept')).toEqual({ one: picky })
  vi.setSystemTime(Date.now() + 0.2 * DAY_MS)
  expect(await known('kept')).toEqual({})
  // Learning something deletes what is out of date.
  rememberAdaptation('kept', 'other', whole)
  await vi.waitFor(async () => expect(await models('kept')).toEqual(['other']))
})

test('any change of the provider deletes what was learned', async () => {
  const { id } = await createProvider('ann', { name: 'Theirs', baseUrl: 'http://127.0.0.1:9/v1' })
  for (const change of [
    { name: 'Renamed' },
    { apiKey: 'another key' },
    { baseUrl: 'http://127.0.0.1:10/v1', apiKey: null },
  ]) {
    rememberAdaptation(id, 'one', picky)
    await stored(id, 1)
    await updateProvider(id, 'ann', change)
    expect(await known(id)).toEqual({})
    await stored(id, 0)
  }
})

async function models(providerId: string) {
  const rows = await database()
    .selectFrom('modelCapabilities')
    .select('model')
    .where('providerId', '=', providerId)
    .execute()
  return rows.map(({ model }) => model)
}
