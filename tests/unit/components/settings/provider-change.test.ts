import { expect, test } from 'vitest'
import { changedFields, toProviderDraft } from '@/components/settings/providers/provider-draft'
import type { Provider } from '@/lib/protocol/providers'

const brook: Provider = {
  ...{ id: 'brook', name: 'Brook', baseUrl: 'https://brook.example/v1', hasKey: true, headerNames: ['X-Team'] },
  ...{ firstTokenTimeoutMs: 30_000, idleTimeoutMs: null, createdAt: 1, unreadable: false },
}
const plain: Provider = { ...brook, headerNames: [] }
const { baseUrl } = brook
const row = { id: 1, name: 'X-Team', value: 'quince' }

test.each([
  ['nothing', brook, {}, {}],
  ['the name', brook, { name: 'Creek' }, { name: 'Creek' }],
  ['the base URL', brook, { baseUrl: 'https://creek.example/v1' }, { baseUrl: 'https://creek.example/v1' }],
  ['a timeout', brook, { firstTokenTimeout: '40' }, { firstTokenTimeoutMs: 40_000 }],
  ['a removed timeout', brook, { firstTokenTimeout: '' }, { firstTokenTimeoutMs: null }],
  ['a key, with its base URL', brook, { apiKey: 'new' }, { apiKey: 'new', baseUrl }],
  ['headers, with their base URL', brook, { headers: [row] }, { headers: { 'X-Team': 'quince' }, baseUrl }],
  ['no headers in place of some', brook, { headers: [] }, { headers: {}, baseUrl }],
  ['no headers in place of none', plain, { headers: [] }, {}],
  ['a row without a name', plain, { headers: [{ ...row, name: ' ' }] }, {}],
])('a save of %s sends only that', (_name, provider, change, sent) => {
  expect(changedFields({ ...toProviderDraft(provider), ...change }, provider)).toEqual(sent)
})
