import { randomBytes, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { estimate } from '@/lib/protocol/billing/budgets'
import { countPrompt } from '@/lib/tokens/count-prompt'
import { cpuSeconds } from '../../bench/processes.mjs'
import { addTurns } from '../../stored-turns.mjs'
import { delta, done, finish, reasoning } from '../../upstream/events'
import type { Client, Turn } from '../client'
import { engines, type House, openHouse } from '../house'

const model = 'gpt-4o'

describe.each(engines)('what a turn comes to, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine, { RILL_RETRY_ATTEMPTS: '1', RILL_RATE_PER_MINUTE: '0' })
    house.upstream.script(({ prompt }) => [
      { write: prompt.includes('half') ? delta('The first half') : delta(`You said ${prompt.length}.`) },
      ...(prompt.includes('half') ? [] : [{ write: finish('stop') + done }]),
      { end: true },
    ])
    house.upstream.scriptFor('think', [{ write: reasoning('Hm.') }, { end: true }])
    house.upstream.scriptFor('filtered', [{ write: finish('content_filter') + done }, { end: true }])
    client = house.client()
    await client.call('GET', '/api/models')
  })
  afterAll(() => house?.close())

  const estimated = async ({ turnId: _, ...draft }: Turn) =>
    (await client.ask(estimate, 'POST', '/api/estimate', { model, ...draft })).promptTokens

  /** Sends a turn that was estimated before, and counts what was sent. */
  async function sent(turn: Turn) {
    const expected = await estimated(turn)
    const reader = await client.chat({ model, ...turn })
    await reader.rest()
    const { messages = [] } = house.upstream.requests.at(-1)?.body ?? {}
    expect((await countPrompt(model, messages)).tokens).toBe(expected)
    const start = reader.seen[0]?.data
    if (!start || !('conversationId' in start)) throw new Error('It did not start.')
    return start
  }

  test('is what is sent: turn after turn, edits, branches, continuations and prompts that nobody answered', async () => {
    const first = await sent({ text: 'Hello to the one who reads this' })
    const { conversationId } = first
    await sent({ text: 'And once more', conversationId })
    // Another prompt in the place of the first, and on from there.
    const edited = await sent({ text: 'Hello, said otherwise', conversationId, parentId: null })
    await sent({ text: 'On the other branch', conversationId, parentId: edited.messageId })
    await sent({ text: 'think about it', conversationId })
    await sent({ text: 'this is filtered', conversationId })
    await sent({ text: 'after both of them', conversationId, settings: { system: 'Be brief.', maxTokens: 50 } })
    // A reply in the middle that is continued changes what all that follow come to.
    const half = await sent({ text: 'only half of it', conversationId, parentId: first.messageId })
    const after = await sent({ text: 'go on after it', conversationId, parentId: half.messageId })
    const before = await estimated({ text: 'last', conversationId, parentId: after.messageId })
    house.upstream.scriptFor('Your last answer broke off', [
      { write: delta(' and all the words of the second one.') + finish('stop') + done },
      { end: true },
    ])
    await (await client.again('continue', half.generationId)).rest()
    expect(await estimated({ text: 'last', conversationId, parentId: after.messageId })).toBeGreaterThan(before)
    await sent({ text: 'last', conversationId, parentId: after.messageId })
    await sent({ text: 'in another tokenizer', conversationId, model: 'claude-sonnet-4-5' }).catch(() => undefined)
    await sent({ text: 'and the first again', conversationId })
  })

  test('is estimated for a blank prompt too, and nothing is written', async () => {
    const { conversationId } = await sent({ text: `Only ${randomUUID()}` })
    const before = await client.conversation(conversationId)
    expect(await estimated({ text: '', conversationId })).toBeGreaterThan(3)
    expect(await client.conversation(conversationId)).toEqual(before)
  })
})

/** Processor time that a server has used until it rests, in seconds. */
async function cpuAtRest(pid: number): Promise<number> {
  for (let before = cpuSeconds(pid); ; ) {
    await wait(100)
    const now = cpuSeconds(pid)
    if (now - before < 0.02) return now
    before = now
  }
}

test.runIf(process.platform === 'linux')('counting ends when the browser has gone', async () => {
  const house = await openHouse('sqlite')
  try {
    const client = house.client()
    const { pid, dataDir } = house.rill
    /** A conversation that takes long to count: no word of it comes twice. */
    const longConversation = async () => {
      const { conversationId } = await client.finish({ text: 'Begin', model })
      const words = () => randomBytes(10_000).toString('base64')
      addTurns(dataDir, conversationId, 60, () => ({ prompt: words(), reply: words() }))
      return conversationId
    }
    const whole = await longConversation()
    const left = await longConversation()
    const estimateOf = (conversationId: string) => ({ json: { conversationId, text: 'And now?', model } })
    const before = await cpuAtRest(pid)
    await client.call('POST', '/api/estimate', estimateOf(whole))
    const counted = (await cpuAtRest(pid)) - before
    expect(counted).toBeGreaterThan(0.4)

    const socket = connect({ port: Number(new URL(house.rill.url).port), host: '127.0.0.1' })
    const { json } = estimateOf(left)
    const body = JSON.stringify(json)
    const headers = `host: ${new URL(house.rill.url).host}\r\ncookie: ${client.cookie}\r\ncontent-type: application/json`
    socket.write(`POST /api/estimate HTTP/1.1\r\n${headers}\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    // It is counting by then.
    const start = cpuSeconds(pid)
    await expect.poll(() => cpuSeconds(pid) - start, { interval: 10 }).toBeGreaterThan(0.1)
    socket.destroy()
    expect((await cpuAtRest(pid)) - start).toBeLessThan(counted * 0.6)
  } finally {
    await house.close()
  }
})
