import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { contract } from '../../contract'
import type { Client } from '../client'
import { type House, openHouse } from '../house'

let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite', { RILL_RATE_PER_MINUTE: '0' })
})
beforeEach(() => {
  client = house.client()
})
afterAll(() => house?.close())

test.each(Object.keys(contract))('the server: %s', async (name) => {
  expect.hasAssertions()
  await contract[name]?.({ ask: (method, path, json) => client.call(method, path, { json }), model: 'scripted' })
})
