import { afterAll, beforeAll, expect, test } from 'vitest'
import { done, finish, usage } from '../../upstream/events'
import type { Client } from '../client'
import { type House, openHouse } from '../house'

const token = 'a-token-for-prometheus'
let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite', { RILL_RETRY_ATTEMPTS: '1' })
  client = house.client()
})
afterAll(() => house?.close())

/** The value of a metric's line, by its name and labels. */
async function value(line: string): Promise<number> {
  const { status, text, headers } = await client.call('GET', '/api/metrics')
  expect([status, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')])
  const found = text.split('\n').find((each) => each.startsWith(`${line} `))
  return Number(found?.slice(line.length + 1) ?? 0)
}

test('what runs, who reads and what ended is counted', async () => {
  const prompt = 'a secret of mine'
  house.upstream.scriptFor(prompt, [
    { delta: 'Hidden' },
    { until: 'go on' },
    { wait: 100 },
    { write: finish('stop') + usage({ prompt: 5, completion: 30 }) + done },
  ])
  house.upstream.scriptFor('cut me', [{ delta: 'Hidden' }, { cut: true }])
  const reader = await client.chat({ text: prompt })
  await reader.untilText('Hidden')
  expect(await value('rill_generations_running')).toBe(1)
  expect(await value('rill_readers')).toBe(1)
  house.upstream.open('go on')
  await reader.rest()
  await (await client.chat({ text: 'cut me' })).rest()
  expect(await value('rill_generations_running')).toBe(0)
  expect(await value('rill_readers')).toBe(0)
  expect(await value('rill_generations_ended_total{status="completed",kind=""}')).toBe(1)
  expect(await value('rill_generations_ended_total{status="interrupted",kind="network"}')).toBe(1)
  expect(await value('rill_time_to_first_token_seconds_count')).toBe(2)
  // What was cut had come all at once.
  expect(await value('rill_tokens_per_second_count')).toBe(1)
  expect(await value('rill_checkpoint_lag_seconds_count')).toBeGreaterThan(0)
  expect(await value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  const { text } = await client.call('GET', '/api/metrics')
  expect(text).not.toMatch(/secret of mine|Hidden|[0-9a-f]{8}-[0-9a-f]{4}/)
})

test('where a password is set, it takes the token', async () => {
  const { rill } = house
  await rill.stop()
  await house.start({ RILL_PASSWORD: 'a password', RILL_METRICS_TOKEN: token })
  const status = async (headers: Record<string, string>) =>
    (await house.client().call('GET', '/api/metrics', { headers })).status
  expect(await status({})).toBe(401)
  expect(await status({ authorization: 'Bearer another-token-entirely' })).toBe(401)
  expect(await status({ authorization: `Bearer ${token}` })).toBe(200)
})
