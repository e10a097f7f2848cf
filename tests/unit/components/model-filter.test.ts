import { expect, test } from 'vitest'
import { recentFirst } from '@/components/models/model-filter'
import type { ModelGroup } from '@/lib/protocol/api'

const group = (providerId: string, count: number, more?: number): ModelGroup => ({
  ...{ providerId, name: providerId, kind: 'own', problem: null },
  models: Array.from({ length: count }, (_, place) => ({ id: `${providerId}:${place}`, name: `${place}` })),
  ...(more === undefined ? {} : { more }),
})

test('drops a provider whose models are all recent, unless it has unlisted ones', () => {
  const names = recentFirst([group('a', 1), group('b', 1, 400), group('c', 9)], ['a:0', 'b:0']).map(({ name }) => name)
  expect(names).toEqual(['Recent', 'b', 'c'])
})
