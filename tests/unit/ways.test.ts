import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8')

/** A station of a way: its own file, and files that it names as the link to its neighbor. */
interface Station {
  file: string
  named: string[]
}

function stationsOf(heading: string): Station[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return section
    .split(/\n(?=\d+\. )/)
    .map((item) => [...item.matchAll(/`((?:app|components|lib)\/[^`]+\.tsx?)`/g)].flatMap(([, path]) => path ?? []))
    .flatMap(([file, ...named]) => (file ? [{ file, named }] : []))
}

describe.each(['The way of a send', 'The way of a token'])('%s', (heading) => {
  const stations = stationsOf(heading)

  it('has at most 12 stations, and every file that it names exists', () => {
    expect(stations.length).toBeGreaterThan(8)
    expect(stations.length).toBeLessThanOrEqual(12)
    const files = stations.flatMap(({ file, named }) => [file, ...named])
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('leads from each station to the next by an import, or by way of a file that one of them names', () => {
    const gaps = stations.slice(1).flatMap((next, index) => {
      const before = stations[index]
      return before && !areLinked(before, next) ? [`${before.file} → ${next.file}`] : []
    })
    expect(gaps).toEqual([])
  })
})

function areLinked(one: Station, other: Station): boolean {
  if (isAdjacent(one.file, other.file)) return true
  return [...one.named, ...other.named].some((file) => isAdjacent(one.file, file) && isAdjacent(file, other.file))
}

/** Whether one of two files imports the other. */
function isAdjacent(one: string, other: string): boolean {
  return importsOf(one).has(other) || importsOf(other).has(one)
}

function importsOf(file: string): Set<string> {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].flatMap(([, specifier]) => specifier ?? [])
  const paths = specifiers.flatMap((specifier) => {
    if (specifier.startsWith('@/')) return [specifier.slice(2)]
    return specifier.startsWith('.') ? [normalize(join(dirname(file), specifier))] : []
  })
  return new Set(paths.flatMap((path) => [`${path}.ts`, `${path}.tsx`]).filter((path) => existsSync(join(root, path))))
}
