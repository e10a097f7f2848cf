import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, methods, turnOf } from '../client'
import { type House, openHouse } from '../house'

const MEGABYTE = 1024 * 1024
const json = { 'content-type': 'application/json' }

// Nothing here reaches the database.
let house: House
let client: Client
beforeAll(async () => {
  house = await openHouse('sqlite')
  client = house.client()
})
afterAll(() => house?.close())

const turn = { turnId: randomUUID(), text: 'Hello', model: 'scripted' }

test.each([
  ['a field that is not known', { ...turn, colour: 'red' }, 'colour'],
  ['a setting that is not known', { ...turn, settings: { seed: 1 } }, 'settings.seed'],
  ['a field of another type', { ...turn, stream: 'yes' }, 'stream'],
  ['no turn id', { text: 'Hello' }, 'turnId'],
  ['a turn id that no database takes', { ...turn, turnId: 'a\u0000b' }, 'turnId'],
  ['an id that no database takes', { ...turn, conversationId: 'a\u0000b' }, 'conversationId'],
  ['no text', { turnId: '1' }, 'text'],
  ['an empty text', { ...turn, text: ' \n ' }, 'text'],
  ['a text that is too long', { ...turn, text: 'x'.repeat(100_001) }, 'text'],
  ['a temperature out of range', { ...turn, settings: { temperature: 3 } }, 'settings.temperature'],
  ['a token limit of no tokens', { ...turn, settings: { maxTokens: 0 } }, 'settings.maxTokens'],
  ['a list in place of an object', [turn], 'body'],
  ['a prototype', JSON.parse('{"turnId":"1","text":"Hello","__proto__":{"model":"x"}}'), '__proto__'],
])('a turn with %s is refused by that name', async (_what, body, field) => {
  const { status, problem } = await client.refusal('POST', '/api/chat', { json: body })
  expect([status, problem.kind, problem.field]).toEqual([400, 'bad_request', field])
  expect(problem.message).toMatch(new RegExp(`^${field}: .*\\w+ \\w+`))
})

test('a text of exactly the limit is taken', async () => {
  const text = 'x'.repeat(100_000)
  await client.finish({ text })
  expect((await house.asked(text)).prompt).toHaveLength(100_000)
})

test('what is not JSON is refused, and what does not say that it is', async () => {
  for (const body of ['{"text":', '', 'text=Hello']) {
    expect(await client.refusal('POST', '/api/chat', { body, headers: json })).toMatchObject({
      status: 400,
      problem: { field: 'body', message: 'The body isn’t valid JSON.' },
    })
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const body = JSON.stringify(turn)
    const refusal = await client.refusal('POST', '/api/chat', { body, headers: { 'content-type': type } })
    expect(refusal.status).toBe(415)
  }
  expect((await client.refusal('POST', '/api/chat')).status).toBe(415)
})

test('a body of more than 1 MB is refused, with its length announced or not', async () => {
  const large = JSON.stringify(turnOf({ text: 'x'.repeat(MEGABYTE) }))
  for (const body of [large, Readable.from(pieces(large))]) {
    const refusal = await client.refusal('POST', '/api/chat', { body, headers: json })
    expect(refusal).toMatchObject({ status: 413, problem: { kind: 'bad_request', field: 'body' } })
  }
})

test('a body that never ends is refused once it is too large', async () => {
  let given = 0
  const endless = new Readable({
    read() {
      given += 16_384
      this.push(' '.repeat(16_384))
    },
  })
  const refusal = await client.refusal('POST', '/api/chat', { body: endless, headers: json })
  expect(refusal.status).toBe(413)
  endless.destroy()
  // What the sockets' buffers hold on the way comes on top.
  expect(given).toBeLessThan(16 * MEGABYTE)
})

test('a chunked body within the limit is taken', async () => {
  const text = 'in pieces, é漢 '.repeat(5000)
  const body = Readable.from(pieces(JSON.stringify(turnOf({ text }))))
  expect((await client.call('POST', '/api/chat', { body, headers: json })).status).toBe(200)
  expect((await house.asked(text)).prompt).toBe(text)
})

test('every writing route checks its body as chat does', async () => {
  const refused = await Promise.all([
    client.refusal('POST', '/api/conversations', { json: { colour: 'red' } }),
    client.refusal('POST', '/api/providers', { json: { name: 'A', baseUrl: 'http://a.example', colour: 'red' } }),
    client.refusal('POST', '/api/providers/test', { json: { name: 'A', baseUrl: 'http://a.example', colour: 'red' } }),
    client.refusal('PATCH', '/api/settings', { json: { colour: 'red' } }),
    client.refusal('POST', '/api/session', { json: { password: 'x', colour: 'red' } }),
    client.refusal('GET', '/api/conversations?colour=red'),
  ])
  expect(refused.map(({ status, problem }) => [status, problem.field])).toEqual(refused.map(() => [400, 'colour']))
})

test('an address that is none says so in JSON', async () => {
  for (const method of methods) {
    const { status, problem } = await client.refusal(method, '/api/no-such-thing')
    expect([method, status, problem.kind]).toEqual([method, 404, 'not_found'])
  }
})

function* pieces(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; from += 10_001) yield bytes.subarray(from, from + 10_001)
}
