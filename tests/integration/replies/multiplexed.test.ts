import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogEvent } from '@/lib/protocol/events'
import { createNamedEventDecoder, heartbeat } from '@/lib/protocol/sse'
import { type RedisServer, startRedis } from '../../redis'
import { type RillServer, startRill } from '../../rill-server'
import { delta, done, finish } from '../../upstream/events'
import { Client } from '../client'
import { type House, openHouse } from '../house'

const MEGABYTE = 1024 * 1024
const address = (cursors: [string, number][]) =>
  `/api/generations/events?from=${cursors.map(([id, after]) => `${id}:${after}`).join(',')}`

/** Several logs in one response, as far as they have been read. */
class Several {
  readonly seen = new Map<string, LogEvent[]>()
  opening = ''
  readonly #bytes: AsyncIterator<Buffer>
  readonly #decoder = createNamedEventDecoder()

  private constructor(
    readonly body: AsyncIterable<Buffer> & { destroy(): unknown; on(event: 'error', heard: () => void): unknown },
  ) {
    this.#bytes = body[Symbol.asyncIterator]()
  }

  static async open(client: Client, cursors: [string, number][]): Promise<Several> {
    const { statusCode, headers, body } = await client.open('GET', address(cursors))
    if (statusCode !== 200) throw new Error(`No events but ${statusCode}: ${await body.text()}`)
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    return new Several(body)
  }

  /** Reads until this holds. @throws {Error} when the response ends before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) if (!(await this.#read())) throw new Error('The response ended early')
  }

  async rest(): Promise<void> {
    while (await this.#read());
  }

  text(id: string): string {
    return this.events(id)
      .map((event) => (event.type === 'delta' ? event.data.text : ''))
      .join('')
  }

  events(id: string): LogEvent[] {
    return this.seen.get(id) ?? []
  }

  close(): void {
    this.body.on('error', () => undefined)
    this.body.destroy()
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#bytes.next()
    if (done) return false
    this.opening ||= value.toString()
    for (const { generationId, event } of this.#decoder.feed(value))
      this.seen.set(generationId, [...this.events(generationId), event])
    return true
  }
}

/** Where the logs are written, and where they are read. */
const logs = [
  { name: 'in this process', engine: 'sqlite' as const },
  { name: 'on Redis, written elsewhere', engine: 'postgres' as const },
]

describe.each(logs)('several logs in one response, $name', ({ engine }) => {
  let redis: RedisServer | undefined
  let house: House
  let other: RillServer | undefined
  let writer: Client
  let reader: Client
  beforeAll(async () => {
    redis = engine === 'postgres' ? await startRedis() : undefined
    const shared: Record<string, string> = redis ? { RILL_SECRET: 'one for all instances', REDIS_URL: redis.url } : {}
    house = await openHouse(engine, { RILL_OPEN: '1', ...shared })
    if (redis) other = await startRill({ env: house.environment })
    writer = house.client()
    await writer.call('GET', '/')
    reader = new Client(() => (other ?? house.rill).url)
    reader.cookie = writer.cookie
  })
  afterAll(async () => {
    await other?.stop()
    await house?.close()
    await redis?.stop()
  })

  const start = async (prompt: string) => (await writer.start({ text: prompt })).generationId

  test('come as they are written, each whole from its cursor, until all have ended', async () => {
    const prompts = ['one', 'two', 'three'].map((each) => `${each} ${engine}`)
    for (const prompt of prompts)
      house.upstream.scriptFor(prompt, [
        { delta: `${prompt} begins, ` },
        { until: `${prompt} ends` },
        { delta: 'and ends.' },
        { write: finish('stop') + done },
      ])
    const ids = await Promise.all(prompts.map(start))
    const [one = '', two = '', three = ''] = ids
    const all = await Several.open(reader, [
      [one, 0],
      [two, 1],
      [three, 0],
    ])
    await all.until(() => ids.every((id) => all.text(id).includes('begins, ')))
    expect(all.opening.startsWith(heartbeat)).toBe(true)
    // In another order than they were asked for.
    for (const [index, prompt] of [...prompts.entries()].toReversed()) {
      house.upstream.open(`${prompt} ends`)
      await all.until(() => all.events(ids[index] ?? '').at(-1)?.type === 'status')
    }
    await all.rest()
    for (const [index, id] of ids.entries()) {
      const after = id === two ? 1 : 0
      expect(all.events(id).map(({ seq }) => seq)).toEqual(all.events(id).map((_, at) => after + 1 + at))
      expect(all.text(id)).toBe(`${prompts[index]} begins, and ends.`)
    }
  })

  test('that have ended give what is left, and a cursor past the end the end alone', async () => {
    house.upstream.scriptFor(`short ${engine}`, [{ delta: 'Short.' }, { write: finish('stop') + done }])
    const id = await start(`short ${engine}`)
    const first = await Several.open(reader, [[id, 0]])
    await first.rest()
    expect(first.text(id)).toBe('Short.')
    const again = await Several.open(reader, [[id, 999_999_999]])
    await again.rest()
    expect(again.events(id).map(({ type }) => type)).toEqual(['status'])
  })

  test('are refused whole when one of them is nobody’s or another’s, which the answer points at', async () => {
    const own = await start(`own ${engine}`)
    const stranger = new Client(() => house.rill.url)
    const { generationId: foreign } = await stranger.start({ text: `foreign ${engine}` })
    for (const id of [foreign, 'nobody']) {
      const { status, problem } = await reader.refusal(
        'GET',
        address([
          [own, 0],
          [id, 0],
        ]),
      )
      expect([status, problem.kind, problem.field]).toEqual([404, 'not_found', 'from.1'])
    }
  })
})

describe('several logs in one response', () => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse('sqlite')
    client = house.client()
  })
  afterAll(() => house?.close())

  test.each([
    ['', /\{id\}:\{seq\}/],
    ['?from=', /\{id\}:\{seq\}/],
    ['?from=a', /\{id\}:\{seq\}/],
    ['?from=a:b', /\{id\}:\{seq\}/],
    ['?from=a:1,', /\{id\}:\{seq\}/],
    ['?from=a:1,a:2', /twice/],
    [`?from=${Array.from({ length: 101 }, (_, index) => `g${index}:0`)}`, /more than 100 answers/],
  ])('a wrong list is refused in words: %s', async (query, words) => {
    const { status, problem } = await client.refusal('GET', `/api/generations/events${query}`)
    expect([status, problem.kind]).toEqual([400, 'bad_request'])
    expect(problem.message).toMatch(words)
  })

  test('many can be read at once', async () => {
    house.upstream.script([{ delta: 'Here.' }, { write: finish('stop') + done }])
    const ids: string[] = []
    for (let index = 0; index < 20; index++) ids.push((await client.start({ text: `many ${index}` })).generationId)
    const all = await Several.open(
      client,
      ids.map((id) => [id, 0]),
    )
    await all.rest()
    for (const id of ids) expect(all.text(id)).toBe('Here.')
  })

  test.runIf(process.platform === 'linux')('a client that stops reading costs no memory that grows', async () => {
    const piece = 'x'.repeat(MEGABYTE / 16)
    const pieces = Array.from({ length: 64 }, () => ({ write: delta(piece) }))
    house.upstream.script([{ delta: 'first' }, { until: 'all read' }, ...pieces, { write: finish('stop') + done }])
    house.upstream.open('all read')
    /** What two answers add to the server's memory while so many clients read their starts and then no more. */
    const growth = async (stalled: number) => {
      const before = await residentBytes(house.rill.pid)
      const ids = [await client.start({ text: `a ${stalled}` }), await client.start({ text: `b ${stalled}` })].map(
        ({ generationId }) => generationId,
      )
      const open = () =>
        Several.open(
          client,
          ids.map((id) => [id, 0]),
        )
      const readers = await Promise.all(Array.from({ length: stalled }, open))
      await Promise.all(readers.map((each) => each.until(() => ids.every((id) => each.events(id).length > 0))))
      const reader = await open()
      await reader.rest()
      for (const id of ids) expect(reader.text(id)).toHaveLength('first'.length + 4 * MEGABYTE)
      const after = await residentBytes(house.rill.pid)
      for (const each of readers) each.close()
      return after - before
    }
    const alone = [await growth(0), await growth(0), await growth(0)].at(-1) ?? 0
    expect(((await growth(40)) - alone) / 40).toBeLessThan(2 * MEGABYTE)
  })
})

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
