import { expect, test } from 'vitest'
import { addBudget } from '@/lib/database/billing/budgets'
import { Refused } from '@/lib/refused'
import { runs } from '@/lib/runs/runs'
import { estimateTurn } from '@/lib/runs/start/estimate-turn'
import { done, finish } from '../../upstream/events'
import { ownProcess } from './process'

const own = ownProcess({ RILL_MAX_TOKENS: '4000' })
const askedFor = (text: string) => own.upstream.requests.find(({ prompt }) => prompt === text)?.body

test('where a budget on each answer allows less than the operator does, so much is asked for', async () => {
  await addBudget('somebody', { scope: 'generation', measure: 'tokens', amount: '1000', currency: null })
  own.upstream.script([{ delta: 'Yes' }, { write: finish('stop') + done }])
  const estimate = await estimateTurn('somebody', { text: 'not set', model: 'scripted' })
  expect(estimate.budget?.fits).toBe(true)
  const { generationId } = await own.start({ text: 'not set' })
  await runs().get(generationId)?.ended
  const { max_tokens: asked } = askedFor('not set') ?? {}
  expect(asked).toBe(estimate.maxTokens)
  expect(asked).toBeGreaterThan(900)
  expect(asked).toBeLessThan(1000)
})

test('a length that the person set is refused when it does not fit, and never more than the operator allows', async () => {
  const refusal = await own.start({ text: 'set', settings: { maxTokens: 9000 } }).catch((error: unknown) => error)
  if (!(refusal instanceof Refused)) throw refusal
  expect(refusal.problem).toMatchObject({ kind: 'budget', lowerMaxTokens: expect.any(Number) })
  expect(askedFor('set')).toBeUndefined()
})
