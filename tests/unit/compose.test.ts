import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { parseConfig } from '@/lib/config'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

const service = z.strictObject({
  image: z.string(),
  build: z.string().optional(),
  restart: z.literal('unless-stopped'),
  command: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.string(), restart: z.boolean().optional() }))
    .optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()),
      interval: z.string(),
      timeout: z.string(),
      start_period: z.string().optional(),
    })
    .optional(),
  networks: z.array(z.enum(['front', 'data'])),
})
const compose = z
  .strictObject({
    name: z.string(),
    'x-rill': z.unknown(),
    services: z.strictObject({
      'rill-1': service,
      'rill-2': service,
      nginx: service,
      postgres: service,
      redis: service,
    }),
    networks: z.strictObject({ front: z.null(), data: z.strictObject({ internal: z.literal(true) }) }),
    volumes: z.strictObject({ postgres: z.null() }),
  })
  .parse(parse(read('compose.yaml')))
const { 'rill-1': rill, nginx, postgres, redis } = compose.services

/** Substitutes variables as Compose does: `${A}`, `${A:-b}`, `${A:?why}`. */
function substituted(text: string, variables: Record<string, string> = {}): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, mark?: string, rest = '') => {
    const value = variables[name]
    if (value) return value
    if (mark === '?') throw new Error(`${name}: ${rest}`)
    return mark === '-' ? rest : ''
  })
}

const settingsWith = (variables: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(rill.environment ?? {}).map(([name, value]) => [name, substituted(String(value), variables)]),
  )

test('both instances are the image, with valid settings that exist', () => {
  expect(compose.services['rill-2']).toEqual(rill)
  expect(rill).toMatchObject({ build: '.', image: 'rill' })
  const known = [...read('lib/config.ts').matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name)
  expect(known).toContain('RILL_DRAIN_SECONDS')
  expect(Object.keys(rill.environment ?? {}).filter((name) => !known.includes(name))).toEqual([])
  const given = { RILL_SECRET: 'a secret of sixteen', RILL_PASSWORD: 'a password', RILL_HOSTS: 'rill.example.org' }
  expect(parseConfig(settingsWith(given))).toMatchObject({
    databaseUrl: 'postgres://rill:rill@postgres:5432/rill',
    redisUrl: 'redis://redis:6379',
    secret: 'a secret of sixteen',
    password: 'a password',
    hosts: ['rill.example.org'],
    upstream: null,
    public: false,
    tracing: false,
  })
})

test('every setting of .env.example can be given, except those that compose.yaml sets itself', () => {
  const documented = [...read('.env.example').matchAll(/^# ([A-Z][A-Z_]+)=/gm)].flatMap(([, name]) => name ?? [])
  const own = ['HOST', 'DATA_DIR', 'RILL_OPEN', 'PORT', 'POSTGRES_PASSWORD']
  const passed = Object.keys(rill.environment ?? {})
  expect(documented.filter((name) => !own.includes(name) && !passed.includes(name))).toEqual([])
})

test('it doesn’t start without a secret and a password', () => {
  expect(() => settingsWith({ RILL_PASSWORD: 'a password' })).toThrow(/^RILL_SECRET: Set RILL_SECRET/)
  expect(() => settingsWith({ RILL_SECRET: 'a secret of sixteen' })).toThrow(/^RILL_PASSWORD: Set RILL_PASSWORD/)
})

test('the grace period of a container covers the drain and the shutdown after it', () => {
  const { drainMs } = parseConfig(settingsWith({ RILL_SECRET: 'a secret of sixteen', RILL_PASSWORD: 'a password' }))
  const grace = z
    .string()
    .regex(/^\d+s$/)
    .parse(rill.stop_grace_period)
  expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThanOrEqual(drainMs + 10_000)
})

test('each service waits for healthy dependencies, and has a health check', () => {
  const healthy = expect.objectContaining({ condition: 'service_healthy' })
  expect(rill.depends_on).toEqual({ postgres: healthy, redis: healthy })
  expect(nginx.depends_on).toEqual({ 'rill-1': healthy, 'rill-2': healthy })
  expect([nginx, postgres, redis].map(({ healthcheck }) => healthcheck?.test[0])).toEqual(['CMD', 'CMD', 'CMD'])
  // Rill's health check is in its image.
  expect(read('Dockerfile')).toMatch(/^HEALTHCHECK .*\n?.*\/api\/health/m)
})

test('only nginx is reachable from outside, and only Rill reaches the data', () => {
  const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => [name, substituted(port)]),
  )
  expect(published).toEqual([['nginx', '3000:80']])
  expect([rill.networks, nginx.networks, postgres.networks, redis.networks]).toEqual([
    ['front', 'data'],
    ['front'],
    ['data'],
    ['data'],
  ])
  expect(postgres.volumes).toEqual(['postgres:/var/lib/postgresql/data'])
})

test('the versions of the servers are the ones that Rill needs', () => {
  const major = ({ image }: { image: string }) => Number(/:(\d+)/.exec(image)?.[1])
  expect(major(postgres)).toBeGreaterThanOrEqual(15)
  expect(major(redis)).toBeGreaterThanOrEqual(7)
})

test("nginx has the documented configuration, which is tested with a real nginx, except for the instances' names", () => {
  expect(nginx.volumes).toEqual(['./docs/deploy/nginx-compose.conf:/etc/nginx/conf.d/default.conf:ro'])
  const rules = (path: string) =>
    read(path)
      .replace(/#.*/g, '')
      .split(/\s*\n\s*/)
      .filter(Boolean)
  const servers = ['server rill-1:3000;', 'server rill-2:3000;']
  const documented = rules('docs/deploy/nginx.conf').flatMap((line) =>
    line === 'server 127.0.0.1:3000;' ? servers : [line],
  )
  expect(rules('docs/deploy/nginx-compose.conf')).toEqual(documented)
  expect(documented.join()).not.toMatch(/ip_hash|sticky|hash /)
})
