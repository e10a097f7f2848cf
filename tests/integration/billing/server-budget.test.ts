import { expect, test } from 'vitest'
import { done, finish, usage } from '../../upstream/events'
import { turnOf } from '../client'
import { engines, openHouse } from '../house'

const settings = { maxTokens: 1000 }

test.each(engines)('everybody together spends so much a day on the server’s own upstream, on %s', async (engine) => {
  const house = await openHouse(engine, { RILL_BUDGET_PER_DAY: '0.025 USD' })
  try {
    // Ten dollars a million: an answer of a thousand tokens takes a cent and a little for the prompt.
    const price = { provider: new URL(house.upstream.baseUrl).host, model: 'scripted', input: '1', output: '10' }
    const person = async () => {
      const client = house.client()
      await client.call('PUT', '/api/prices', { json: { prices: [price] } })
      return client
    }
    const people = [await person(), await person(), await person()]
    house.upstream.scriptFor('long', [
      { delta: 'On' },
      { until: 'end' },
      { write: finish('stop') + usage({ prompt: 5, completion: 100 }) + done },
    ])
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        people[index % 3]?.call('POST', '/api/chat', {
          json: turnOf({ text: 'long', settings }),
          headers: { prefer: 'respond-async' },
        }),
      ),
    )
    expect(answers.filter((answer) => answer?.status === 202)).toHaveLength(2)
    const refused = answers.find((answer) => answer?.status === 402)
    expect(refused?.text).toContain('this server’s budget of $0.025 a day')
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
    await expect.poll(() => house.timesAsked('long')).toBe(2)

    // What they did not use is free again: two cents and a half, less a tenth of a cent each.
    house.upstream.open('end')
    const [one] = people
    if (!one) throw new Error('There are people')
    const spare = async () =>
      (await one.call('POST', '/api/chat', { json: turnOf({ text: 'spare', settings }) })).status
    await expect.poll(spare, { interval: 200 }).toBe(200)
  } finally {
    await house.close()
  }
})

test('a model without a price is refused, and where everybody is let in, no price of their own counts', async () => {
  const modes: Record<string, string>[] = [{}, { RILL_OPEN: '1' }, { RILL_HOSTS: 'rill.example.org' }]
  for (const open of modes) {
    const house = await openHouse('sqlite', { RILL_BUDGET_PER_DAY: '$5', RILL_PRIVATE_PROVIDERS: '1', ...open })
    try {
      const client = house.client()
      const host = new URL(house.upstream.baseUrl).host
      const start = () => client.refusal('POST', '/api/chat', { json: turnOf({ text: 'unknown' }) })
      expect(await start()).toMatchObject({ status: 402, problem: { kind: 'budget' } })
      if (Object.keys(open).length > 0) {
        const prices = [{ provider: host, model: 'scripted', input: '0', output: '0' }]
        await client.call('PUT', '/api/prices', { json: { prices } })
        expect((await start()).problem.message).toContain('this one has no price set')
      }
      expect(house.timesAsked('unknown')).toBe(0)
      // What the operator does not pay is not held to it.
      expect((await client.finish({ text: 'hello', model: 'demo:rill-demo' })).status).toBe('completed')
      const mine = await client.call('POST', '/api/providers', {
        json: { name: 'Mine', baseUrl: house.upstream.baseUrl },
      })
      const model = `${JSON.parse(mine.text).id}:scripted`
      expect((await client.finish({ text: 'on my own', model })).status).toBe('completed')
    } finally {
      await house.close()
    }
  }
})

test('an answer that a dead process left is booked, and what it held is free again', async () => {
  const house = await openHouse('sqlite', { RILL_BUDGET_PER_DAY: '0.011 USD' })
  try {
    const client = house.client()
    const price = { provider: new URL(house.upstream.baseUrl).host, model: 'scripted', input: '0', output: '10' }
    await client.call('PUT', '/api/prices', { json: { prices: [price] } })
    house.upstream.scriptFor('long', [{ delta: 'On' }, { until: 'never' }])
    await (await client.chat({ text: 'long', settings })).untilText('On')
    const start = async () =>
      (await client.call('POST', '/api/chat', { json: turnOf({ text: 'next', settings }) })).status
    expect(await start()).toBe(402)
    await house.rill.kill('SIGKILL')
    await house.start()
    expect(await start()).toBe(200)
  } finally {
    await house.close()
  }
})
