import { beforeAll, expect, test, vi } from 'vitest'
import { credentialsOf, openCredentials, sealCredentials } from '@/lib/providers/keys'
import { sealedBefore } from '../../earlier'

const SECRET = 'a-secret-of-these-tests'
const key = { apiKey: 'sk-1', headers: { 'x-team': 'rill' } }
beforeAll(() => {
  vi.stubEnv('RILL_SECRET', SECRET)
})

test('a key is bound to its provider, whoever owns it', () => {
  const sealed = sealCredentials('one', key)
  expect(sealed).toMatch(/^v2\.[\w-]{8}\.[\w-]+$/)
  expect(sealed).not.toContain('sk-1')
  for (const ownerId of ['ann', 'bob']) expect(openCredentials({ id: 'one', ownerId, sealed })).toEqual(key)
  // In another provider's row, it can't be decrypted.
  expect(openCredentials({ id: 'two', ownerId: 'ann', sealed })).toBeNull()
  expect(sealCredentials('one', key)).not.toBe(sealed)
})

test.each(['v2.', 'v2..', 'v2.AAAAAAAA.AAAA', 'v3.x.y', 'v1.', 'v1.ann.', '', '.', 'A'])(
  '%j opens as nothing',
  (sealed) => {
    expect(openCredentials({ id: 'one', ownerId: 'ann', sealed })).toBeNull()
    expect(() => credentialsOf({ id: 'one', ownerId: 'ann', name: 'Mine', sealed })).toThrow('Mine')
  },
)

test('a modified key can’t be decrypted', () => {
  const [format = '', id = '', text = ''] = sealCredentials('one', key).split('.')
  const swapped = (letters: string) => (letters.startsWith('A') ? 'B' : 'A') + letters.slice(1)
  for (const sealed of [
    `${format}.${swapped(id)}.${text}`,
    `${format}.${id}.${swapped(text)}`,
    `${format}.${id}.${text.slice(0, -2)}`,
    text,
  ])
    expect(openCredentials({ id: 'one', ownerId: 'ann', sealed })).toBeNull()
})

test('the format of earlier versions opens only with its owner', () => {
  const before = sealedBefore(SECRET, { id: 'one', ownerId: 'ann' }, 'sk-1')
  const credentials = { apiKey: 'sk-1', headers: {} }
  expect(openCredentials({ id: 'one', ownerId: 'ann', sealed: before })).toEqual(credentials)
  expect(openCredentials({ id: 'one', ownerId: 'bob', sealed: before })).toBeNull()
  // The format after the provider changed owners.
  expect(openCredentials({ id: 'one', ownerId: 'bob', sealed: `v1.ann.${before}` })).toEqual(credentials)
  expect(openCredentials({ id: 'one', ownerId: 'ann', sealed: `v1.bob.${before}` })).toBeNull()
  expect(openCredentials({ id: 'two', ownerId: 'ann', sealed: `v1.ann.${before}` })).toBeNull()
})
