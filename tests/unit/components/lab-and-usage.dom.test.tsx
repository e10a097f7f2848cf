import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { ModelChoices } from '@/components/lab/model-choices'
import { DistributionTables } from '@/components/usage/distribution-tables'
import { type ModelUsage, speedBounds, waitBounds } from '@/lib/protocol/billing/usage'

afterEach(cleanup)

it('lists every bucket of a histogram in its table', () => {
  const waits = [...waitBounds, 0].map((_, bucket) => bucket)
  const model: ModelUsage = {
    ...{ providerId: 'one', model: 'brook', generations: 78, completed: 78, stopped: 0, interrupted: 0, failed: 0 },
    ...{ retried: 0, attempts: 78, estimated: 0, unpriced: 0, promptTokens: 1, completionTokens: 1, cachedTokens: 0 },
    ...{ reasoningTokens: 0, cost: [], waits, speeds: [...speedBounds, 0].map(() => 0) },
  }
  render(<DistributionTables models={[model]} chartCount={4} measure="waits" modelName={(id) => id} />)
  const table = screen.getByRole('table', { name: 'Time to first token of brook' })
  const rows = within(table).getAllByRole('row')
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    'brookReplies',
    ...['0 to 0.1 s0', '0.1 to 0.2 s1', '0.2 to 0.4 s2', '0.4 to 0.7 s3', '0.7 to 1 s4', '1 to 1.5 s5', '1.5 to 2 s6'],
    ...['2 to 3 s7', '3 to 5 s8', '5 to 10 s9', '10 to 20 s10', '20 to 60 s11', '60 s or more12'],
  ])
})

it('cuts a long model list, and shows all of it on request', () => {
  const models = Array.from({ length: 42 }, (_, index) => ({ id: `id ${index}`, name: `model ${index}` }))
  const onSelect = vi.fn()
  render(<ModelChoices group={{ name: 'One', models }} selected={['id 3']} onSelect={onSelect} />)
  expect(screen.getAllByRole('checkbox')).toHaveLength(30)
  fireEvent.click(screen.getByRole('button', { name: /^Show all 42 ?: One$/ }))
  fireEvent.click(screen.getByRole('checkbox', { name: 'model 41' }))
  expect(onSelect).toHaveBeenCalledWith(['id 3', 'id 41'])
  fireEvent.click(screen.getByRole('checkbox', { name: 'model 3' }))
  expect(onSelect).toHaveBeenLastCalledWith([])
})
