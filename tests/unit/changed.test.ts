import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '@/lib/install.mjs'
import { rooms, smoke, testsOfTheWhole } from '../changed.mjs'

const namesFor = (...files: string[]) =>
  testsOfTheWhole(files).map((test) => test.replace(/^tests\/(\w+)\/(?:.*\/)?(.*)\.(test|spec)\.ts$/, '$1/$2'))

/** The folders of the app that hold code, from the root. */
const folders = ['lib', 'components', 'app/api'].flatMap((parent) =>
  readdirSync(join(root, parent), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? `${parent}/${entry.name}` : [],
  ),
)

describe('tests for a change', () => {
  it('are there under the names that the rules give', () => {
    const named = [...smoke, ...rooms.flatMap(([, tests]) => tests)]
    const present = ['integration', 'e2e'].flatMap((layer) =>
      readdirSync(join(root, 'tests', layer), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${layer}/${basename(path).replace(/\.(test|spec)\.ts$/, '')}`,
      ),
    )
    expect(named.filter((name) => !present.includes(name))).toEqual([])
  })

  it.each(folders)('are known for %s', (folder) => {
    expect(namesFor(`${folder}/anything-new.ts`).length).toBeGreaterThan(smoke.length)
  })

  it('share a word with the file, and come before those of its folder', () => {
    expect(namesFor('lib/http/limits.ts')[0]).toBe('integration/limits')
    expect(namesFor('components/settings/budget-form.tsx').slice(0, 3)).toEqual([
      'integration/budgets',
      'integration/server-budget',
      'e2e/budgets',
    ])
  })

  it('are the changed tests themselves, and those that use what has changed under tests/', () => {
    expect(namesFor('tests/e2e/pages/phone.spec.ts')).toEqual(['e2e/phone'])
    expect(namesFor('tests/e2e/conversation/tcp-proxy.ts')).toContain('e2e/many-streams')
  })

  it('are none for a change of words in the docs', () => {
    expect(namesFor('docs/bench.md', 'README.md')).toEqual([])
  })
})
