import { expect, test } from 'vitest'
import { startRedis } from '../../redis'
import { startRill } from '../../rill-server'
import { type Client, turnOf } from '../client'
import { openHouse } from '../house'
import { cap, sameBrowser, setBudgets } from './budgets'

test('starts are limited by the minute and at once, with words and a time', async () => {
  const house = await openHouse('sqlite', { RILL_OPEN: '1', RILL_RATE_PER_MINUTE: '5', RILL_STREAMS_PER_PERSON: '2' })
  try {
    house.upstream.scriptFor('long', [{ delta: 'On' }, { until: 'never' }])
    const client = house.client()
    const [first] = [await client.start({ text: 'long' }), await client.start({ text: 'long' })]
    const third = await client.call('POST', '/api/chat', { json: turnOf({ text: 'one more' }) })
    expect([third.status, third.headers['retry-after']]).toEqual([429, '5'])
    expect(third.text).toContain('You already have 2 replies running')
    await client.call('POST', `/api/generations/${first.generationId}/stop`)
    expect((await client.finish({ text: 'one more' })).status).toBe('completed')
    await client.finish({ text: 'and one' }).catch(() => undefined)
    const sixth = await client.call('POST', '/api/chat', { json: turnOf({ text: 'too many' }) })
    expect(sixth.status).toBe(429)
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0)
    expect(sixth.text).toContain('More than 5 replies were started in a minute.')
    expect(house.timesAsked('too many')).toBe(0)
    // Others are not held back by it, until their address is.
    const other = house.client()
    // A start that a budget refuses is none.
    await setBudgets(other, cap('day', 'tokens', '1'))
    for (let index = 0; index < 6; index++)
      expect((await other.call('POST', '/api/chat', { json: turnOf({ text: 'over it' }) })).status).toBe(402)
    await setBudgets(other)
    for (let index = 0; index < 4; index++) await other.finish({ text: `other ${index}` })
    expect((await house.client().call('POST', '/api/chat', { json: turnOf({ text: 'too' }) })).status).toBe(200)
    expect((await house.client().call('POST', '/api/chat', { json: turnOf({ text: 'too' }) })).status).toBe(429)
  } finally {
    await house.close()
  }
})

test('a start that a budget refuses says so, and is one of the starts once estimates have had their number', async () => {
  // A fifth of the calls may be estimates: four.
  const house = await openHouse('sqlite', { RILL_RATE_PER_MINUTE: '3', RILL_CALLS_PER_MINUTE: '20' })
  try {
    const client = house.client()
    await setBudgets(client, cap('day', 'tokens', '1'))
    const statuses: number[] = []
    for (let index = 0; index < 8; index++)
      statuses.push((await client.call('POST', '/api/chat', { json: turnOf({ text: 'over it' }) })).status)
    expect(statuses).toEqual([...Array(7).fill(402), 429])
  } finally {
    await house.close()
  }
})

test('starts are counted for all instances together on Redis, and by each for itself while it is away', async () => {
  const redis = await startRedis()
  const limits = {
    RILL_OPEN: '1',
    RILL_RATE_PER_MINUTE: '5',
    REDIS_URL: redis.url,
    RILL_SECRET: 'one for both instances',
  }
  const house = await openHouse('postgres', limits)
  const other = await startRill({ env: house.environment })
  try {
    const here = house.client()
    await here.finish({ text: 'the first' })
    const there = sameBrowser(other, here)
    const statuses = async (clients: Client[]) => {
      const all: number[] = []
      for (const each of clients)
        all.push((await each.call('POST', '/api/chat', { json: turnOf({ text: 'on' }) })).status)
      return all
    }
    expect(await statuses([there, here, there, here, there, here])).toEqual([200, 200, 200, 200, 429, 429])
    const limited = await there.call('POST', '/api/chat', { json: turnOf({ text: 'too many' }) })
    const seconds = Number(limited.headers['retry-after'])
    expect([seconds > 0, seconds <= 60, limited.text.includes('in a minute')]).toEqual([true, true, true])
    await redis.stop()
    // Neither of them knows of a start yet.
    expect(await statuses([here, there])).toEqual([200, 200])
    expect(await statuses([here, here, here, here, here])).toEqual([200, 200, 200, 200, 429])
  } finally {
    await other.stop()
    await house.close()
    await redis.stop()
  }
})
