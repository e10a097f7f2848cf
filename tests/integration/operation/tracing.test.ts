import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type CollectedSpan, type Collector, startCollector } from '../../collector'
import { freePort } from '../../ports'
import { done, finish, usage } from '../../upstream/events'
import { now } from '../../upstream/scripted'
import { turnOf } from '../client'
import { type House, OPERATORS_KEY, openHouse } from '../house'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SECRETS = /quince|a secret of mine|hidden words|looked.for.this/i
const OK = 0
const ERROR = 2
const CLIENT = 3

let house: House
let collector: Collector
beforeAll(async () => {
  house = await openHouse('sqlite')
  house.upstream.scriptFor('a secret of mine', (request) =>
    house.upstream.requests.indexOf(request) % 2 === 0
      ? [{ status: 503 }, { write: 'hidden words' }, { end: true }]
      : [{ delta: 'Hidden words' }, { write: finish('stop') + usage({ prompt: 5, completion: 30 }) + done }],
  )
  house.upstream.scriptFor('cut me', [{ delta: 'Hidden words' }, { cut: true }])
  await house.rill.stop()
})
beforeEach(async () => {
  collector = await startCollector()
})
afterEach(async () => {
  await house.rill.stop()
  await collector.stop()
})
afterAll(() => house?.close())

async function traced(more: Record<string, string> = {}) {
  await house.start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50', ...more })
  return house.client()
}

const named = (name: string) => collector.spans.filter((span) => span.name === name)
const untilNamed = async (name: string): Promise<CollectedSpan> => {
  await expect.poll(() => named(name).length, { timeout: 10_000 }).toBe(1)
  const [span] = named(name)
  if (!span) throw new Error(`There is no span ${name}`)
  return span
}

test('a generation is a span in that of its request, and each attempt is one in it', async () => {
  const client = await traced({ RILL_RETRY_ATTEMPTS: '2', RILL_RETRY_BASE_MS: '1' })
  const answer = await client.call('POST', '/api/chat', {
    json: { ...turnOf({ text: 'a secret of mine' }), stream: false },
    headers: { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
  })
  expect(answer.status).toBe(200)
  await client.call('GET', '/api/conversations?q=looked+for+this')
  await client.call('GET', '/settings?looked=looked+for+this')

  const generation = await untilNamed('chat scripted')
  expect(generation).toMatchObject({
    traceId: TRACE,
    status: { code: OK },
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'scripted',
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.usage.output_tokens': 30,
      'rill.provider.kind': 'server',
      'rill.status': 'completed',
      'rill.time_to_first_token_ms': expect.any(Number),
      'rill.usage.source': 'reported',
    },
    events: [{ name: 'retry', attributes: { 'rill.attempt': 2, 'rill.attempts': 2, 'error.type': 'upstream' } }],
  })
  const inGeneration = { traceId: TRACE, parentSpanId: generation.spanId, kind: CLIENT }
  expect(await untilNamed('attempt 1')).toMatchObject({
    ...inGeneration,
    status: { code: ERROR },
    attributes: { 'error.type': 'upstream', 'http.response.status_code': 503 },
  })
  expect(await untilNamed('attempt 2')).toMatchObject({ ...inGeneration, status: { code: OK } })

  const request = await untilNamed('POST /api/chat')
  expect(request).toMatchObject({ traceId: TRACE, parentSpanId: 'b7ad6b7169203331' })
  const byId = new Map(collector.spans.map((span) => [span.spanId, span]))
  expect(ancestors(generation, byId)).toContain(request)
  expect(collector.services).toEqual(new Set(['rill']))

  await untilNamed('GET /api/conversations')
  await untilNamed('GET /settings')
  expect(collector.sent()).not.toMatch(SECRETS)
  expect((await house.asked('a secret of mine')).headers).not.toHaveProperty('traceparent')
  expect(house.linesSaying(OPERATORS_KEY)).toEqual([])
})

test('a cut is an error of the generation', async () => {
  const client = await traced({ OTEL_SERVICE_NAME: 'chat-of-ours', OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=ours' })
  await (await client.chat({ text: 'cut me' })).rest()
  const failed = { status: { code: ERROR }, attributes: { 'error.type': 'network' } }
  expect(await untilNamed('chat scripted')).toMatchObject({ ...failed, attributes: { 'rill.status': 'interrupted' } })
  expect(await untilNamed('attempt 1')).toMatchObject(failed)
  expect(collector.services).toEqual(new Set(['chat-of-ours']))
  expect(collector.sent()).toContain('"x-tenant":"ours"')
  expect(collector.sent()).not.toMatch(SECRETS)
})

test('what has not been sent is sent when the process ends, with the requests that it drained', async () => {
  house.upstream.scriptFor('drained', [
    { delta: 'Hidden words' },
    { until: 'drained' },
    { write: finish('stop') + done },
  ])
  const client = await traced({ OTEL_BSP_SCHEDULE_DELAY: '600000', RILL_DRAIN_SECONDS: '20' })
  const reader = await client.chat({ text: 'drained' })
  await reader.untilText('Hidden words')
  const ended = house.rill.kill('SIGTERM')
  await expect.poll(async () => (await client.call('GET', '/api/health')).status).toBe(503)
  expect(collector.spans).toEqual([])
  house.upstream.open('drained')
  await reader.rest()
  expect(await ended).toBe(0)
  expect(named('chat scripted')).toMatchObject([{ attributes: { 'rill.status': 'completed' } }])
  expect(named('POST /api/chat')).toHaveLength(1)
})

test('a collector that is away holds up nothing', async () => {
  const client = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` })
  const reader = await client.chat({ text: 'cut me' })
  await reader.rest()
  expect(reader.text).toBe('Hidden words')
  const askedAt = now()
  expect(await house.rill.kill('SIGTERM')).toBe(0)
  expect(now() - askedAt).toBeLessThan(5_000)
})

test.each([
  ['loaded when it is configured', true, {}],
  ['not even loaded when it is not', false, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['not even loaded when it is switched off', false, { OTEL_SDK_DISABLED: 'true' }],
] as const)('the SDK is %s', async (_, loaded, more) => {
  const client = await traced({ ...more, NODE_DEBUG: 'module' })
  await (await client.chat({ text: 'cut me' })).rest()
  await house.rill.stop()
  const modules = house.linesSaying('MODULE').filter((line) => /load .*node_modules/.test(line))
  const ours = house.rill.logs().match(/load .*@opentelemetry[\\/](sdk-trace|exporter|resources|otlp)\S*/g) ?? []
  expect(modules.length).toBeGreaterThan(20)
  expect(ours.length > 0).toBe(loaded)
  expect(collector.spans.length > 0).toBe(loaded)
})

function ancestors(span: CollectedSpan, byId: Map<string, CollectedSpan>): CollectedSpan[] {
  const parent = byId.get(span.parentSpanId ?? '')
  return parent ? [parent, ...ancestors(parent, byId)] : []
}
