import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { type RedisServer, startRedis } from '../../redis'
import { type RillServer, startRill } from '../../rill-server'
import { done, finish } from '../../upstream/events'
import type { Step } from '../../upstream/scripted'
import { Client, turnOf } from '../client'
import { type House, openHouse } from '../house'

const ending: Step = { write: finish('stop') + done }

describe.each(['with Redis', 'without Redis'])('an answer that another instance writes, %s', (kind) => {
  let redis: RedisServer | null = null
  /** A is the house's own server. */
  let house: House
  let b: RillServer
  beforeAll(async () => {
    redis = kind === 'with Redis' ? await startRedis() : null
    house = await openHouse('postgres', {
      RILL_SECRET: 'one for all instances',
      RILL_RETRY_ATTEMPTS: '3',
      ...(redis ? { REDIS_URL: redis.url } : {}),
    })
    b = await startRill({ env: house.environment })
  })
  afterAll(async () => {
    await b?.stop()
    await house?.close()
    await redis?.stop()
  })

  /** One browser that reaches either instance. */
  async function browser() {
    const onA = house.client()
    await onA.call('GET', '/api/settings')
    const onB = new Client(() => b.url)
    onB.cookie = onA.cookie
    return { onA, onB }
  }

  test('stream: false waits for its end, and gives all of it', async () => {
    house.upstream.scriptFor('the whole of it', [{ delta: 'One, ' }, { until: 'whole' }, { delta: 'two.' }, ending])
    const { onA, onB } = await browser()
    const turn = turnOf({ text: 'the whole of it' })
    const reader = await onA.chat(turn)
    await reader.untilText('One, ')
    const { conversationId } = startData.parse(reader.seen[0]?.data)
    let answered = false
    const again = [onB.finish(turn), onA.finish(turn)].map((each) => each.finally(() => (answered = true)))
    // It is asked on both, and neither has anything to say yet.
    await onB.conversation(conversationId)
    expect(answered).toBe(false)
    house.upstream.open('whole')
    for (const finished of await Promise.all(again))
      expect(finished).toMatchObject({ status: 'completed', finishReason: 'stop', text: 'One, two.' })
    expect(house.timesAsked('the whole of it')).toBe(1)
  })

  test('stream: false says how it ended when its instance is stopped, and when it is killed', async () => {
    const { onA, onB } = await browser()
    house.upstream.scriptFor('is stopped', [{ delta: 'So far' }, { until: 'never' }])
    const turn = turnOf({ text: 'is stopped' })
    const reader = await onA.chat(turn)
    await reader.untilText('So far')
    const stopped = onB.finish(turn)
    await onA.call('POST', `/api/generations/${startData.parse(reader.seen[0]?.data).generationId}/stop`)
    expect(await stopped).toMatchObject({ status: 'stopped', text: 'So far' })

    house.upstream.scriptFor('is killed', [{ delta: 'As far as this' }, { until: 'never' }])
    const last = turnOf({ text: 'is killed' })
    const cut = await onA.chat(last)
    await cut.untilText('As far as this')
    const { conversationId } = startData.parse(cut.seen[0]?.data)
    const saved = async () => JSON.stringify(await onB.conversation(conversationId))
    await expect.poll(saved).toContain('As far as this')
    const interrupted = onB.finish(last)
    await house.rill.kill('SIGKILL')
    expect(await interrupted).toMatchObject({ status: 'interrupted', text: 'As far as this' })
    await house.start()
  }, 40_000)

  test.each([
    ['writes', [{ delta: 'So far' }, { until: 'never' }]],
    ['waits to ask again', [{ status: 429, headers: { 'retry-after': '50' } }, { end: true }]],
    ['waits for its model', [{ until: 'never' }]],
  ] satisfies [string, Step[]][])(
    'deleting its conversation stops an answer that %s, though nobody hears of it',
    async (name, steps) => {
      const text = `deleted while it ${name}`
      house.upstream.scriptFor(text, steps)
      const { onA, onB } = await browser()
      const { generationId, conversationId } = await onA.start({ text })
      const { closed } = await house.asked(text)
      // No instance listens for a moment, and what is asked of it then is lost.
      await house.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
      expect((await onB.call('DELETE', `/api/conversations/${conversationId}`)).status).toBe(204)
      const status = async () =>
        (await house.query(`SELECT status FROM generations WHERE id = '${generationId}'`))[0]?.status
      await expect.poll(status, { timeout: 6_000 }).toBe('stopped')
      await closed
      const restored = await onB.call('PATCH', `/api/conversations/${conversationId}`, { json: { deleted: false } })
      expect(restored.status).toBe(200)
      const reply = (await onB.conversation(conversationId)).messages.at(-1)
      expect(reply?.generation?.status).toBe('stopped')
      expect(textOf(reply?.parts ?? [])).toBe(name === 'writes' ? 'So far' : '')
      expect(house.timesAsked(text)).toBe(1)
    },
  )
})
