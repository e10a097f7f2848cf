import { describe, expect, test } from 'vitest'
import { providerForm } from '@/lib/http/input/provider-form'

const form = (headers: unknown) => ({ name: 'Mine', baseUrl: 'https://models.example.com/v1', headers })
const many = (count: number, value: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-Header-${index}`, value]))

describe('the headers of a provider', () => {
  test.each([
    ['more than twenty', many(21, 'x')],
    ['a hundred thousand', many(100_000, '')],
    ['a hundred thousand invalid ones', many(100_000, '\u0000')],
  ])('%s are refused by their number', (_name, headers) => {
    const { error } = providerForm.safeParse(form(headers))
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
      ['headers', 'has more than 20 headers'],
    ])
  })

  test.each([
    ['a name that is too long', { [`X-${'a'.repeat(199)}`]: 'x' }],
    ['a value that is too long', { 'X-Team': 'a'.repeat(4001) }],
    ['a value that isn’t text', { 'X-Team': 1 }],
    ['an invalid name', { 'X Team': 'x' }],
    ['one that frames the request', { ' Content-Length ': '1' }],
    ['a list', ['X-Team']],
  ])('%s is refused', (_name, headers) => {
    const { error } = providerForm.safeParse(form(headers))
    expect(error?.issues.map(({ path }) => path[0])).toEqual(['headers'])
  })

  test('are trimmed, and keys are cleaned', () => {
    const headers = { ' X-Team ': ' ours ', 'api-key': '"Bearer abc"', [`X-${'a'.repeat(198)}`]: 'x' }
    expect(providerForm.parse(form(headers)).headers).toEqual({
      'X-Team': 'ours',
      'api-key': 'abc',
      [`X-${'a'.repeat(198)}`]: 'x',
    })
  })
})
