import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextPath, signInPath } from '@/lib/http/next-path'

const site = 'http://rill.test'

test.each([
  ['/', '/'],
  ['/c/0199', '/c/0199'],
  ['/settings#budgets', '/settings#budgets'],
  ['/usage?from=2026-11-01&to=2026-11-30', '/usage?from=2026-11-01&to=2026-11-30'],
  ['/c/ü', '/c/%C3%BC'],
  ['/apis', '/apis'],
])('%s is kept', (next, path) => {
  expect(nextPath(next)).toBe(path)
})

test.each([
  undefined,
  null,
  ['/c/1', '/c/2'],
  '',
  'c/1',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\n//evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  'https://evil.example',
  'https:evil.example',
  'http:/evil.example',
  'javascript:alert(1)',
  'data:text/html,x',
  ' //evil.example',
  '/sign-in',
  '/sign-in?next=/sign-in',
  '/api/session',
  '/api',
  '/./api/session',
])('%j becomes /', (next) => {
  expect(nextPath(next)).toBe('/')
})

test('no input leads to another site', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2f',
    '%5c',
    '%2e',
    '\t',
    '\n',
    '\r',
    '@',
    ':',
    '#',
    '?',
    'evil.example',
    'https:',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = nextPath(pieces.join(''))
      expect(new URL(path, site).origin).toBe(site)
      // The same for the result.
      expect(new URL(nextPath(path), site).origin).toBe(site)
      expect(new URL(signInPath(path), site).pathname).toBe('/sign-in')
    }),
    { numRuns: 3_000 },
  )
})
