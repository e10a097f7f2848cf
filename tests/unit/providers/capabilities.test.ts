import { expect, test } from 'vitest'
import { capabilitiesOf, forgetCapabilities, rememberCapabilities } from '@/lib/providers/capabilities'
import { untried } from '@/lib/upstream/connection'
import { ownDatabase } from '../database/process'

ownDatabase()

const picky = { ...untried, streamUsage: false }

test('what is learnt while the database is asked is not forgotten for its older answer', async () => {
  const asked = capabilitiesOf('slow')
  rememberCapabilities('slow', picky)
  expect(await asked).toEqual(picky)
  expect(await capabilitiesOf('slow')).toEqual(picky)
})

test('a provider that nothing was learnt of can do everything, and can again once that is forgotten', async () => {
  expect(await capabilitiesOf('new')).toEqual(untried)
  rememberCapabilities('new', picky)
  expect(await capabilitiesOf('new')).toEqual(picky)
  await forgetCapabilities('new')
  expect(await capabilitiesOf('new')).toEqual(untried)
})
