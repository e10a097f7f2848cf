import { expect, test } from 'vitest'
import { changeOf, draftOf } from '@/components/settings/providers/provider-draft'
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
  ['the address', brook, { baseUrl: 'https://creek.example/v1' }, { baseUrl: 'https://creek.example/v1' }],
  ['a wait', brook, { firstTokenTimeout: '40' }, { firstTokenTimeoutMs: 40_000 }],
  ['a wait that is taken away', brook, { firstTokenTimeout: '' }, { firstTokenTimeoutMs: null }],
  ['a key, with the address that it is for', brook, { apiKey: 'new' }, { apiKey: 'new', baseUrl }],
  [
    'headers, with the address that they are for',
    brook,
    { headers: [row] },
    { headers: { 'X-Team': 'quince' }, baseUrl },
  ],
  ['all headers taken away', brook, { headers: [] }, { headers: {}, baseUrl }],
  ['no headers where there are none', plain, { headers: [] }, {}],
  ['a row without a name', plain, { headers: [{ ...row, name: ' ' }] }, {}],
])('a save of %s sends that alone', (_what, provider, change, sent) => {
  expect(changeOf({ ...draftOf(provider), ...change }, provider)).toEqual(sent)
})
