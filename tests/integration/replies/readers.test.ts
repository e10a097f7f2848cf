import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { delta, done, finish } from '../../upstream/events'
import { anyEngine, type House, openHouse } from '../house'

const MEGABYTE = 1024 * 1024
const ANSWER_BYTES = 8 * MEGABYTE
const STALLED = 40

describe.each(anyEngine)('readers that leave, on %s', (engine) => {
  let house: House
  beforeAll(async () => {
    house = await openHouse(engine)
  })
  afterAll(() => house?.close())

  test('a client that goes away in mid-stream stops nothing', async () => {
    const script = [{ delta: 'Heard, ' }, { until: 'the client is gone' }, { delta: 'and not.' }]
    house.upstream.scriptFor('an unheard end', [...script, { write: finish('stop') + done }])
    const client = house.client()
    const reader = await client.chat({ text: 'an unheard end' })
    await reader.untilText('Heard, ')
    const { generationId, conversationId } = startData.parse(reader.seen[0]?.data)
    await reader.close()

    const other = await client.follow(generationId)
    house.upstream.open('the client is gone')
    await other.rest()
    expect(other.seen.at(-1)?.data).toMatchObject({ status: 'completed', finishReason: 'stop' })
    expect(await (await house.asked('an unheard end')).closed).toMatchObject({ ended: true })
    const { messages } = await client.conversation(conversationId)
    expect(textOf(messages.at(-1)?.parts ?? [])).toBe('Heard, and not.')
  })
})

test.runIf(process.platform === 'linux')('clients that stop reading cost no memory that grows', async () => {
  const house = await openHouse('sqlite')
  try {
    const piece = 'x'.repeat(MEGABYTE / 16)
    const pieces = Array.from({ length: ANSWER_BYTES / piece.length }, () => ({ write: delta(piece) }))
    house.upstream.script([{ delta: 'first' }, { until: 'all read' }, ...pieces, { write: finish('stop') + done }])
    house.upstream.open('all read')
    const client = house.client()
    /** What an answer adds to the server's memory while so many clients read its start and then no more. */
    const growth = async (stalled: number) => {
      const before = await residentBytes(house.rill.pid)
      const reader = await client.chat({ text: `${stalled} stalled` })
      await reader.until(() => reader.cursor > 0)
      const { generationId } = startData.parse(reader.seen[0]?.data)
      const readers = await Promise.all(Array.from({ length: stalled }, () => client.follow(generationId)))
      await Promise.all(readers.map((each) => each.until(() => each.cursor > 0)))
      await reader.rest()
      expect(reader.text).toHaveLength('first'.length + ANSWER_BYTES)
      const after = await residentBytes(house.rill.pid)
      await Promise.all(readers.map((each) => each.close()))
      return after - before
    }
    // The answer itself is held for late readers, and the first ones also pay for a heap that grows to its size.
    const alone = [await growth(0), await growth(0), await growth(0)].at(-1) ?? 0
    const eachStalled = ((await growth(STALLED)) - alone) / STALLED
    expect(eachStalled).toBeLessThan(2 * MEGABYTE)
  } finally {
    await house.close()
  }
})

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
