import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { migrations } from '@/lib/database/migrations'

const folder = fileURLToPath(new URL('../../../lib/database/migrations/', import.meta.url))
const numberOf = (name: string) => Number(/^(\d{4})/.exec(name)?.[1])

test('from the ninth on, numbers of migrations are unique', () => {
  const numbers = Object.keys(migrations)
    .map(numberOf)
    .filter((number) => number >= 9)
  expect(numbers).toEqual([...new Set(numbers)])
  const files = readdirSync(folder).map(numberOf)
  expect(files).toEqual([...new Set(files)])
})

test('released migrations keep their names, which databases hold', () => {
  expect(Object.keys(migrations)).toEqual(
    expect.arrayContaining([
      ...['0001_spine', '0002_patience', '0003_secret_mark', '0004_continuations', '0005_prices', '0006_prompt_index'],
      ...['0006_usage', '0007_rollups', '0008_usage_by_day'],
    ]),
  )
})

test.each(readdirSync(folder))('%s imports no live code', (file) => {
  const imported = [...readFileSync(folder + file, 'utf8').matchAll(/from '([^']+)'|import\('([^']+)'\)/g)].map(
    ([, from, dynamic]) => from ?? dynamic ?? '',
  )
  expect(imported.filter((name) => name.startsWith('.') || name.startsWith('@/'))).toEqual([])
})
