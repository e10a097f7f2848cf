import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Single files of lib/ that every server room stands on. */
const ground = [
  'lib/config',
  'lib/log',
  'lib/metrics',
  'lib/networks',
  'lib/process',
  'lib/redis',
  'lib/refused',
  'lib/secret',
]

/** What any component may use. */
const browser = ['lib/client', 'lib/protocol']

/** Which rooms each room may import from, besides itself and the ground. Imports point down, so the rooms form no circle. */
const mayImport: Record<string, string[]> = {
  // Routes: pages, and handlers that parse, authorize, call lib/ and answer.
  app: [...under('components', 'lab page settings shell sidebar sign-in ui usage'), 'lib/client', 'lib/http'],
  'app/api': under('lib', 'billing database event-log http protocol providers runs'),
  // The server's two doors, which Next calls.
  'proxy.ts': ['lib/http'],
  'instrumentation.ts': under('lib', 'http server'),

  // The browser.
  'components/shell': [...under('components', 'chat page sidebar ui'), ...browser],
  'components/sidebar': [...under('components', 'conversation page ui'), ...browser],
  'components/chat': [
    ...under('components', 'composer conversation find markdown models page transcript ui'),
    ...browser,
  ],
  'components/composer': [...under('components', 'format models page transcript ui'), ...browser],
  'components/transcript': [...under('components', 'find markdown message page ui'), ...browser],
  'components/find': [...under('components', 'markdown message page ui'), ...browser],
  'components/message': [...under('components', 'format markdown models page ui'), ...browser],
  'components/markdown': ['components/ui', 'lib/markdown', ...browser],
  'components/settings': [...under('components', 'format models page ui'), ...browser],
  'components/lab': [...under('components', 'models page ui usage'), ...browser],
  'components/usage': [...under('components', 'format models page ui'), ...browser],
  'components/models': [...under('components', 'format ui'), ...browser],
  'components/conversation': ['components/ui', ...browser],
  'components/page': ['components/ui', ...browser],
  'components/sign-in': ['components/ui', 'lib/protocol'],
  'components/format': browser,
  'components/ui': browser,
  'lib/client': ['lib/protocol'],
  'lib/markdown': [],
  'lib/protocol': [],

  // The server.
  'lib/server': under('lib', 'accounts database instances protocol providers runs tokens tracing'),
  'lib/http': [...under('lib', 'accounts database protocol providers upstream'), 'package.json'],
  'lib/runs': under('lib', 'billing database event-log instances prompt protocol providers tokens tracing upstream'),
  'lib/event-log': under('lib', 'database protocol'),
  'lib/instances': ['lib/database'],
  'lib/prompt': under('lib', 'database protocol tokens upstream'),
  'lib/providers': under('lib', 'billing database protocol tokens upstream'),
  'lib/billing': under('lib', 'accounts database protocol tokens'),
  'lib/tracing': under('lib', 'protocol upstream'),
  'lib/upstream': ['lib/protocol'],
  'lib/accounts': under('lib', 'database protocol'),
  'lib/database': ['lib/protocol'],
  'lib/tokens': [],
  ...Object.fromEntries(ground.map((file) => [file, ['lib/protocol']])),

  // The commands, which run before anything is built.
  'lib/start.mjs': ['lib/serve.mjs', 'lib/install.mjs'],
  'lib/dev.mjs': [],
  'lib/image.mjs': ['lib/serve.mjs', 'lib/install.mjs'],
  'lib/build-image.mjs': ['lib/install.mjs'],
  'lib/serve.mjs': ['lib/http-defaults.mjs', 'lib/install.mjs', 'lib/streaming-routes.mjs'],
  'lib/http-defaults.mjs': [],
  'lib/streaming-routes.mjs': [],
  'lib/install.mjs': [],
}

const serverRooms = under(
  'lib',
  'accounts billing database event-log http instances prompt providers runs server tokens tracing upstream',
)
const sources = [
  ...['app', 'components', 'lib'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  ),
  'proxy.ts',
  'instrumentation.ts',
].filter((path) => /\.(ts|tsx|mjs)$/.test(path))

it('knows the room of every file', () => {
  expect(sources.length).toBeGreaterThan(100)
  expect(sources.filter((path) => !(roomOf(path) in mayImport))).toEqual([])
})

it('imports only from the rooms below', () => {
  const wrong = sources.flatMap((path) => {
    const room = roomOf(path)
    const allowed = [room, ...(mayImport[room] ?? []), ...(isOfServer(room) ? ground : [])]
    return importsOf(path)
      .filter((imported) => !allowed.includes(roomOf(imported)))
      .map((imported) => `${path} imports ${imported}`)
  })
  expect(wrong).toEqual([])
})

it('has no circle, neither of rooms nor of files', () => {
  const files = new Set(sources)
  const imported = new Map(sources.map((path) => [path, importsOf(path).flatMap((each) => fileOf(each, files) ?? [])]))
  expect(circlesIn(imported)).toEqual([])
  expect(circlesIn(new Map(Object.entries(mayImport)))).toEqual([])
})

it('has no file over 300 lines, and no folder over 20 files', () => {
  expect(sources.filter((path) => source(path).split('\n').length > 301)).toEqual([])
  const counts = new Map<string, number>()
  for (const path of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  expect([...counts].filter(([, count]) => count > 20)).toEqual([])
})

it('keeps server code out of the browser: every file of a server room that holds code imports server-only', () => {
  const guarded = sources.filter((path) => [...serverRooms, ...ground].includes(roomOf(path)))
  const open = guarded.filter((path) => !/^import 'server-only'$/m.test(source(path)) && !onlyTypes(path))
  expect(guarded.length).toBeGreaterThan(30)
  expect(open).toEqual([])
})

it('parses the environment in one place: elsewhere, only constants of the build are read', () => {
  const elsewhere = sources.filter((path) => path.endsWith('.ts') && path !== 'lib/config.ts')
  const read = elsewhere.flatMap((path) =>
    [...source(path).matchAll(/process\.env\b\.?(\w*)/g)].map(([, name]) => name),
  )
  expect([...new Set(read)].sort()).toEqual(['NEXT_RUNTIME', 'NODE_ENV'])
})

it('sees every form of import', () => {
  const text = [
    `import 'a'`,
    `import b from 'b'`,
    `import {\n  c,\n  type d,\n} from 'c'`,
    `import type { e } from 'e'`,
    `export * from 'f'`,
    `export { g } from 'g'`,
    `const h = await import('h')`,
    `type I = import('i').I`,
    `// a comment on what is imported from 'nowhere'`,
  ].join('\n')
  expect(specifiersIn(text)).toEqual(['a', 'b', 'c', 'e', 'f', 'g', 'h', 'i'])
})

function under(folder: string, rooms: string): string[] {
  return rooms.split(' ').map((room) => `${folder}/${room}`)
}

function isOfServer(room: string): boolean {
  return serverRooms.includes(room) || ground.includes(room) || ['app/api', 'proxy.ts'].includes(room)
}

function roomOf(path: string): string {
  const file = path.replace(/\.tsx?$/, '')
  if (ground.includes(file)) return file
  const [first = '', second = ''] = path.split('/')
  if (['lib', 'components'].includes(first)) return `${first}/${second}`
  return first === 'app' && second === 'api' ? 'app/api' : first
}

function fileOf(path: string, files: Set<string>): string | undefined {
  return ['', '.ts', '.tsx', '.mjs'].map((ending) => `${path}${ending}`).find((file) => files.has(file))
}

/** Each circle in a graph, as the names along it. */
function circlesIn(graph: Map<string, string[]>): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  const visit = (name: string, way: string[]): void => {
    if (way.includes(name)) circles.push(way.slice(way.indexOf(name)))
    if (way.includes(name) || done.has(name)) return
    for (const next of graph.get(name) ?? []) visit(next, [...way, name])
    done.add(name)
  }
  for (const name of graph.keys()) visit(name, [])
  return circles
}

/** The files of ours that a file imports, by paths from the root. */
function importsOf(path: string): string[] {
  return specifiersIn(source(path)).flatMap((specifier) => {
    if (specifier.startsWith('@/')) return [specifier.slice(2)]
    return specifier.startsWith('.') ? [relative(root, join(root, dirname(path), specifier))] : []
  })
}

function specifiersIn(text: string): string[] {
  const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  const forms = /(?:^(?:import|export)\s[^'"`;]*?from\s*|^import\s*|\bimport\(\s*)['"]([^'"]+)['"]/gm
  return [...code.matchAll(forms)].flatMap(([, specifier]) => specifier ?? [])
}

/** Nothing is left of such a file when it is compiled. */
function onlyTypes(path: string): boolean {
  return !/^(export )?(async )?(const|let|function|class|default)\b/m.test(source(path))
}

function source(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
