import { expect, test } from 'vitest'
import { modeOf } from '@/lib/accounts/mode'
import { parseConfig } from '@/lib/config'

test.each([
  [{}, 'local'],
  [{ HOST: 'localhost' }, 'local'],
  [{ HOST: '::1' }, 'local'],
  [{ HOST: '127.0.0.2' }, 'local'],
  [{ RILL_OPEN: '0' }, 'local'],
  [{ RILL_PASSWORD: 'secret' }, 'password'],
  [{ HOST: '0.0.0.0', RILL_PASSWORD: 'secret' }, 'password'],
  // A password takes precedence over RILL_OPEN.
  [{ RILL_OPEN: '1', RILL_PASSWORD: 'secret' }, 'password'],
  [{ RILL_OPEN: '1' }, 'open'],
  [{ HOST: '0.0.0.0', RILL_OPEN: '1' }, 'open'],
  // Others may reach it through a proxy on this machine, so they don't share a history.
  [{ RILL_HOSTS: 'rill.example.org' }, 'open'],
  [{ RILL_PUBLIC: '1' }, 'open'],
  [{ HOST: '192.0.2.1' }, 'open'],
  [{ HOST: 'rill.local' }, 'open'],
])('%j is %s', (variables, mode) => {
  expect(modeOf(parseConfig(variables))).toBe(mode)
})
