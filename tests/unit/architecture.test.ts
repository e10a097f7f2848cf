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

/** Which rooms each room may import from, besides itself. Imports point down. */
const mayImport: Record<string, string[]> = {
  // Routes: pages, and handlers that parse, authorize, call lib/ and answer.
  app: ['components', 'lib/store', 'lib/protocol', 'lib/http'],
  'app/api': [
    'lib/accounts',
    'lib/http',
    'lib/generations',
    'lib/providers',
    'lib/database',
    'lib/usage',
    'lib/protocol',
    ...ground,
  ],
  // The server's two doors, which Next calls.
  'proxy.ts': ['lib/http', 'lib/refused'],
  'instrumentation.ts': ['lib/generations', 'lib/http'],
  // The browser.
  components: ['lib/store', 'lib/protocol'],
  'lib/store': ['lib/protocol'],
  'lib/protocol': [],
  // The server.
  'lib/accounts': ['lib/database', 'lib/protocol', ...ground],
  'lib/http': [
    'lib/accounts',
    'lib/providers',
    'lib/upstream',
    'lib/database',
    'lib/protocol',
    'package.json',
    ...ground,
  ],
  'lib/generations': [
    'lib/accounts',
    'lib/tracing',
    'lib/prompt',
    'lib/providers',
    'lib/upstream',
    'lib/database',
    'lib/usage',
    'lib/protocol',
    ...ground,
  ],
  'lib/prompt': ['lib/upstream', 'lib/database', 'lib/usage', 'lib/protocol', ...ground],
  'lib/providers': ['lib/upstream', 'lib/database', 'lib/usage', 'lib/protocol', ...ground],
  'lib/tracing': ['lib/upstream', 'lib/protocol', ...ground],
  'lib/upstream': ['lib/protocol', ...ground],
  'lib/database': ['lib/protocol', ...ground],
  'lib/usage': ['lib/accounts', 'lib/database', 'lib/protocol', ...ground],
  ...Object.fromEntries(ground.map((file) => [file, [...ground, 'lib/protocol']])),
  // The commands, which run before anything is built.
  'lib/start.mjs': ['lib/serve.mjs', 'lib/install.mjs'],
  'lib/dev.mjs': [],
  'lib/image.mjs': ['lib/serve.mjs', 'lib/install.mjs'],
  'lib/serve.mjs': ['lib/http-defaults.mjs', 'lib/install.mjs', 'lib/streaming-routes.mjs'],
  'lib/http-defaults.mjs': [],
  'lib/streaming-routes.mjs': [],
  'lib/install.mjs': [],
}

const serverRooms = [
  'accounts',
  'prompt',
  'generations',
  'providers',
  'upstream',
  'database',
  'usage',
  'http',
  'tracing',
].map((room) => `lib/${room}`)
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
    const allowed = [room, ...(mayImport[room] ?? [])]
    return importsOf(path)
      .filter((imported) => !allowed.includes(roomOf(imported)))
      .map((imported) => `${path} imports ${imported}`)
  })
  expect(wrong).toEqual([])
})

it('keeps server code out of the browser: every file of a server room that holds code imports server-only', () => {
  const guarded = sources.filter((path) => [...serverRooms, ...ground].includes(roomOf(path)))
  const open = guarded.filter((path) => !/^import 'server-only'$/m.test(read(path)) && !onlyTypes(path))
  expect(guarded.length).toBeGreaterThan(30)
  expect(open).toEqual([])
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

function roomOf(path: string): string {
  const file = path.replace(/\.tsx?$/, '')
  if (ground.includes(file)) return file
  const [first = '', second = ''] = path.split('/')
  if (first === 'lib') return `lib/${second}`
  return first === 'app' && second === 'api' ? 'app/api' : first
}

/** The files of ours that a file imports, by paths from the root. */
function importsOf(path: string): string[] {
  return specifiersIn(read(path)).flatMap((specifier) => {
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
  return !/^(export )?(async )?(const|let|function|class|default)\b/m.test(read(path))
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
