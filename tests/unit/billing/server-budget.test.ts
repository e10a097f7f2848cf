import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changeSettings } from '@/lib/database/accounts/settings'
import { savePrices } from '@/lib/database/billing/prices'
import { readReservation } from '@/lib/database/billing/spending'
import { database } from '@/lib/database/client'
import { migrate } from '@/lib/database/migrate'
import { ownedGeneration } from '@/lib/database/ownership'
import { Refused } from '@/lib/refused'
import { createReaper } from '@/lib/runs/recovery/abandoned'
import { runs } from '@/lib/runs/runs'
import { estimateTurn } from '@/lib/runs/start/estimate-turn'
import { modelsThatFit } from '@/lib/runs/start/regenerate'
import { done, finish, usage } from '../../upstream/events'
import { type ScriptedUpstream, startScriptedUpstream } from '../../upstream/scripted'
import { startTurn } from '../runs/process'

const dataDir = mkdtempSync(join(tmpdir(), 'rill-server-budget-'))
let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
  vi.stubEnv('DATA_DIR', dataDir)
  vi.stubEnv('OPENAI_BASE_URL', upstream.baseUrl)
  vi.stubEnv('RILL_BUDGET_PER_DAY', '0.025 USD')
  vi.stubEnv('RILL_STREAMS_PER_PERSON', '0')
  await migrate(database())
})
afterAll(async () => {
  await upstream?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Ten dollars a million tokens: an answer of a thousand takes a cent, and the prompt a little. */
async function person(currency = 'USD'): Promise<string> {
  const ownerId = randomUUID()
  const own = { provider: new URL(upstream.baseUrl).host, model: 'scripted', currency, input: '1', output: '10' }
  const nothing = { cachedInput: null, reasoning: null, longPrompt: null, contextWindow: null, maxOutput: null }
  await savePrices(ownerId, [{ price: { ...own, ...nothing, date: '2026-01-01', source: 'own' } }], 10)
  return ownerId
}

const start = (ownerId: string, text: string) =>
  startTurn(ownerId, { turnId: randomUUID(), text, model: 'scripted', settings: { maxTokens: 1000 }, stream: true })

async function standing() {
  return await database()
    .selectFrom('spending')
    .select(['spentPicos', 'reservedPicos', 'spentTokens', 'reservedTokens'])
    .where('ownerId', '=', '')
    .execute()
}

test('everybody together starts what the day has room for, and what was not used is free again', async () => {
  upstream.scriptFor('long', [
    { delta: 'On' },
    { until: 'end' },
    { write: finish('stop') + usage({ prompt: 5, completion: 100 }) + done },
  ])
  const people = [await person(), await person(), await person()]
  const tries = await Promise.allSettled(
    Array.from({ length: 9 }, (_, index) => start(people[index % 3] ?? '', 'long')),
  )
  const started = tries.flatMap((each) => (each.status === 'fulfilled' ? each.value.generationId : []))
  expect(started).toHaveLength(2)
  for (const each of tries) {
    if (each.status === 'fulfilled') continue
    const refusal: unknown = each.reason
    if (!(refusal instanceof Refused)) throw refusal
    expect([refusal.status, refusal.problem.kind]).toEqual([402, 'budget'])
    expect(refusal.message).toContain('this server’s budget of $0.025 a day')
    expect(Number(refusal.headers['Retry-After'])).toBeGreaterThan(0)
  }
  upstream.open('end')
  await Promise.all(started.map((id) => runs().get(id)?.ended))
  // Five tokens at a dollar and a hundred at ten, twice; nothing is held any more.
  const [row] = await standing()
  expect(row).toEqual({ spentPicos: 2_010_000_000, reservedPicos: 0, spentTokens: 210, reservedTokens: 0 })
  upstream.scriptFor('next', [{ write: finish('stop') + done }])
  const next = await start(people[0] ?? '', 'next')
  await runs().get(next.generationId)?.ended
})

test('a model without a price is refused before anything is asked or set aside', async () => {
  const before = await standing()
  const refusal = await start(randomUUID(), 'unknown').catch((error: unknown) => error)
  expect(refusal).toMatchObject({ status: 402 })
  expect(String(refusal)).toContain('this one has no price set')
  expect(upstream.requests.filter(({ prompt }) => prompt === 'unknown')).toEqual([])
  expect(await standing()).toEqual(before)
})

test('an answer of a dead process whose use cannot be counted takes all that was set aside for it', async () => {
  upstream.scriptFor('left', [{ write: finish('stop') + done }])
  const { generationId } = await start(await person(), 'left')
  await runs().get(generationId)?.ended
  const [before] = await standing()
  const { booking } = await database()
    .selectFrom('generations')
    .select('booking')
    .where('id', '=', generationId)
    .executeTakeFirstOrThrow()
  const held = Number(readReservation(booking ?? '').server?.picos)
  expect(held).toBeGreaterThan(0)
  // As that process left it, but for its settings.
  await database()
    .updateTable('spending')
    .set({ reservedPicos: BigInt(held) })
    .where('ownerId', '=', '')
    .execute()
  await database()
    .updateTable('generations')
    .set({ status: 'running', instanceId: 'the process before', outline: null, settings: 'no JSON' })
    .where('id', '=', generationId)
    .execute()
  await createReaper()()
  const [after] = await standing()
  expect(after).toMatchObject({ spentPicos: Number(before?.spentPicos) + held, reservedPicos: 0 })
})

test('a price in another currency counts in dollars, by the rate that goes with it, and not without one', async () => {
  const ownerId = await person('INR')
  expect(await start(ownerId, 'no rate').catch((error: unknown) => error)).toMatchObject({ status: 402 })
  await changeSettings(ownerId, { currency: 'INR', exchangeRate: '100' })
  const [before] = await standing()
  upstream.scriptFor('rupees', [{ write: finish('stop') + usage({ prompt: 5, completion: 100 }) + done }])
  const { generationId } = await start(ownerId, 'rupees')
  await runs().get(generationId)?.ended
  const [after] = await standing()
  // A hundredth of what the same comes to in dollars.
  expect(after).toMatchObject({ spentPicos: Number(before?.spentPicos) + 10_050_000, reservedPicos: 0 })
})

test('an estimate says what does not fit in it, and models that it has no room for are not offered', async () => {
  const ownerId = await person()
  const draft = { parentId: null, text: 'Hello', model: 'scripted' }
  const estimated = async (who: string, maxTokens: number, model = 'scripted') =>
    (await estimateTurn(who, { ...draft, model, settings: { maxTokens } })).budget
  const [{ spentPicos = 0 } = {}] = await standing()
  // A token of a reply costs ten millionths of a dollar.
  const room = Math.floor((0.025e12 - Number(spentPicos)) / 10e6)
  expect(await estimated(ownerId, room - 10)).toBeNull()
  const refused = { fits: false, left: null, unknown: expect.stringContaining('this server’s budget of $0.025 a day') }
  expect(await estimated(ownerId, room + 10)).toMatchObject(refused)
  expect(await estimated(ownerId, room + 10, 'demo:rill-demo')).toBeNull()
  expect(await estimated(randomUUID(), 1)).toMatchObject({ unknown: expect.stringContaining('has no price set') })

  upstream.scriptFor('to go on with', [{ delta: 'On' }, { write: finish('length') + done }])
  const { generationId } = await start(ownerId, 'to go on with')
  await runs().get(generationId)?.ended
  const row = await ownedGeneration(generationId, ownerId)
  const fitting = async (maxTokens: number) =>
    await modelsThatFit({ ...row, settings: JSON.stringify({ maxTokens }) }, ['scripted', 'demo:rill-demo'])
  expect(await fitting(room - 100)).toEqual(['scripted', 'demo:rill-demo'])
  expect(await fitting(room + 10)).toEqual(['demo:rill-demo'])
})
