import 'server-only'
import { resolve } from 'node:path'
import { z } from 'zod'
import { bareKey, unquoted, withoutEndpoint } from '@/lib/protocol/pasted'
import { isLoopback, parseTrustedProxies } from './networks'
import { picosOf } from './protocol/billing/money'

/** An empty variable counts as unset. */
const filled = z
  .string()
  .trim()
  .optional()
  .transform((text) => text || undefined)
/** The longest delay of Node's timers; with a longer one they fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
const count = (fallback: number) =>
  filled.transform((text) => text ?? String(fallback)).pipe(z.coerce.number<string>().int().positive())
const timer = z.coerce
  .number<string>()
  .int()
  .positive()
  .refine((ms) => ms <= LONGEST_TIMER_MS, 'must be under 25 days')
const milliseconds = (fallback: number) => filled.transform((text) => text ?? String(fallback)).pipe(timer)
/** 0 means no limit. */
const limit = (fallback: number) =>
  filled.transform((text) => text ?? String(fallback)).pipe(z.coerce.number<string>().int().nonnegative())
const seconds = (fallback: number) =>
  filled
    .transform((text) => text ?? String(fallback))
    .pipe(z.coerce.number<string>().nonnegative())
    .refine((each) => each * 1000 <= LONGEST_TIMER_MS, 'must be under 25 days')
/** `500 MB`, or a number of bytes; 0 means no limit. */
const size = (fallback: number) =>
  filled.transform((text = String(fallback), context) => {
    const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(text) ?? []
    const bytes = Number(number) * 1000 ** ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase())
    if (Number.isFinite(bytes)) return Math.round(bytes)
    context.addIssue('must be a size, e.g. 500 MB or 2 GB')
    return z.NEVER
  })
/** Parses `5 USD` into pico-dollars. */
const dollars = filled.transform((text, context) => {
  if (text === undefined) return null
  const [, amount = ''] = /^\$?(\d{1,6}(?:\.\d{1,6})?)(?: ?USD)?$/i.exec(text) ?? []
  if (amount !== '') return picosOf(amount)
  context.addIssue('must be an amount in dollars, e.g. 5 USD')
  return z.NEVER
})
const secret = filled.refine((text) => text === undefined || text.length >= 16, 'must have at least 16 characters')
const flag = z.stringbool({ truthy: ['1', 'true', 'yes'], falsy: ['0', 'false', 'no', ''] }).default(false)
const address = filled
  .transform((text) => text && withoutEndpoint(unquoted(text)))
  .refine(isBaseUrl, 'must be an address, e.g. http://127.0.0.1:11434/v1, with no password in it')

/** An HTTP proxy of the server's network. Many people leave the scheme out. */
const proxy = filled
  .transform((text) => (text === undefined || text.includes('://') ? text : `http://${text}`))
  .refine(
    (text) => text === undefined || (/^https?:/i.test(text) && URL.canParse(text)),
    'must be an address, e.g. http://proxy.example.org:3128',
  )
  .transform((text) => (text === undefined ? null : new URL(text)))

const trustedProxies = filled.transform((text, context) => {
  const parsed = parseTrustedProxies(text)
  if (parsed !== null) return parsed
  context.addIssue(
    'must be the number of proxies in front, or their addresses and ranges, e.g. 10.0.0.5, 172.16.0.0/12',
  )
  return z.NEVER
})

/** The address of a trace collector. */
const endpoint = filled.refine(
  (text) => text === undefined || (/^https?:/i.test(text) && URL.canParse(text)),
  'must be an address, e.g. http://127.0.0.1:4318',
)

const environment = z.object({
  HOST: filled,
  DATA_DIR: filled,
  DATABASE_URL: filled,
  REDIS_URL: filled.refine(isRedisUrl, 'must be an address, e.g. redis://127.0.0.1:6379'),
  OPENAI_API_KEY: filled.transform((text) => text && (bareKey(text) || undefined)),
  OPENAI_BASE_URL: address,
  OPENAI_CUSTOM_HEADERS: z.string().default(''),
  RILL_PROVIDER_NAME: filled,
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  NO_PROXY: z.string().default(''),
  RILL_MODEL: filled,
  RILL_PASSWORD: filled,
  RILL_OPEN: flag,
  RILL_HOSTS: z.string().default(''),
  RILL_SECRET: secret,
  RILL_PUBLIC: flag,
  RILL_PRIVATE_PROVIDERS: flag,
  RILL_METRICS_TOKEN: secret,
  RILL_TRUSTED_PROXIES: trustedProxies,
  RILL_FIRST_TOKEN_TIMEOUT_MS: filled.pipe(timer.optional()),
  /** An older name: the time limit for the headers, which is now part of the one for the first token. */
  RILL_HEADERS_TIMEOUT_MS: filled.pipe(timer.optional()).catch(undefined),
  RILL_IDLE_TIMEOUT_MS: milliseconds(60_000),
  RILL_HEARTBEAT_TIMEOUT_MS: milliseconds(3_600_000),
  RILL_RETRY_BASE_MS: milliseconds(1000),
  RILL_RETRY_MAX_WAIT_MS: milliseconds(60_000),
  RILL_RETRY_ATTEMPTS: count(6),
  RILL_DRAIN_SECONDS: seconds(25),
  RILL_RATE_PER_MINUTE: limit(30),
  RILL_STREAMS_PER_PERSON: limit(4),
  RILL_CALLS_PER_MINUTE: limit(600),
  RILL_READERS_PER_PERSON: limit(24),
  RILL_STORAGE_PER_PERSON: size(1_000_000_000),
  RILL_STARTS_PER_MINUTE: limit(0),
  RILL_STREAMS: limit(0),
  RILL_MAX_TOKENS: limit(0),
  RILL_BUDGET_PER_DAY: dollars,
  OTEL_SDK_DISABLED: flag,
  OTEL_TRACES_EXPORTER: filled,
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
})

/** Every setting from the environment, parsed. */
export type Config = ReturnType<typeof parseConfig>

/**
 * Parses environment variables.
 * @throws {Error} one sentence that names every invalid variable.
 */
export function parseConfig(variables: Record<string, string | undefined>) {
  const parsed = environment.safeParse({ ...variables, ...proxyVariables(variables) })
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`Some environment variables aren’t valid. ${wrong.join('; ')}.`)
  }
  const values = parsed.data
  return {
    host: values.HOST ?? '127.0.0.1',
    // Without this comment, the build traces every file of the project as one that may be read here.
    dataDir: resolve(/*turbopackIgnore: true*/ values.DATA_DIR ?? './data'),
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    /** The operator's own provider, if a key or an address is set. */
    upstream:
      values.OPENAI_API_KEY || values.OPENAI_BASE_URL
        ? {
            apiKey: values.OPENAI_API_KEY ?? null,
            baseUrl: values.OPENAI_BASE_URL ?? 'https://api.openai.com/v1',
          }
        : null,
    /** The names of headers that the OpenAI SDK would add to every request by itself. */
    customHeaders: values.OPENAI_CUSTOM_HEADERS.split('\n').flatMap((line) =>
      line.includes(':') ? (line.split(':', 1)[0]?.trim() ?? []) : [],
    ),
    /** The name that people see for the operator's provider; they don't see its address. */
    providerName: values.RILL_PROVIDER_NAME ?? null,
    proxies: {
      http: values.HTTP_PROXY,
      https: values.HTTPS_PROXY ?? values.HTTP_PROXY,
      except: values.NO_PROXY.toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    },
    defaultModel: values.RILL_MODEL ?? null,
    password: values.RILL_PASSWORD ?? null,
    open: values.RILL_OPEN,
    /** Names accepted in the Host header besides loopback and IP addresses. */
    hosts: values.RILL_HOSTS.split(',').flatMap((name) => name.trim().toLowerCase() || []),
    secret: values.RILL_SECRET ?? null,
    public: values.RILL_PUBLIC,
    /** Whether providers that people add must be outside the operator's network: by default when others can reach this server. */
    publicProvidersOnly:
      values.RILL_PUBLIC ||
      (!values.RILL_PRIVATE_PROVIDERS &&
        (values.RILL_OPEN || !isLoopback(values.HOST ?? '127.0.0.1') || values.RILL_HOSTS.trim() !== '')),
    metricsToken: values.RILL_METRICS_TOKEN ?? null,
    /** The proxies whose `X-Forwarded-*` headers are trusted. */
    trustedProxies: values.RILL_TRUSTED_PROXIES,
    timeouts: timeoutsOf(values),
    retries: {
      attempts: values.RILL_RETRY_ATTEMPTS,
      baseMs: values.RILL_RETRY_BASE_MS,
      maxWaitMs: values.RILL_RETRY_MAX_WAIT_MS,
    },
    /** How many replies a person may start per minute, and have running at once; 0 means no limit. */
    ratePerMinute: values.RILL_RATE_PER_MINUTE,
    streamsPerPerson: values.RILL_STREAMS_PER_PERSON,
    /** How many connections a person may have open from one address to follow replies. */
    readersPerPerson: values.RILL_READERS_PER_PERSON,
    /** How many bytes a person's conversations may take. */
    storagePerPerson: values.RILL_STORAGE_PER_PERSON,
    /** How many calls of any kind a person may make per minute. */
    callsPerMinute: values.RILL_CALLS_PER_MINUTE,
    /** The same limits for everyone together, and the longest reply anyone may ask for. */
    startsPerMinute: values.RILL_STARTS_PER_MINUTE,
    streams: values.RILL_STREAMS,
    maxTokens: values.RILL_MAX_TOKENS,
    /** What replies from the operator's provider may cost per day, in pico-dollars; null means no limit. */
    budgetPerDay: values.RILL_BUDGET_PER_DAY,
    /** How long running replies may continue after SIGTERM. */
    drainMs: values.RILL_DRAIN_SECONDS * 1000,
    /** Whether traces are sent. OpenTelemetry reads its other variables itself. */
    tracing:
      !values.OTEL_SDK_DISABLED &&
      values.OTEL_TRACES_EXPORTER !== 'none' &&
      Boolean(values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? values.OTEL_EXPORTER_OTLP_ENDPOINT),
  }
}

/** Time limits for a provider. A local server may have to load its model first, so it gets longer by default. */
function timeoutsOf(values: z.infer<typeof environment>) {
  const { RILL_FIRST_TOKEN_TIMEOUT_MS: chosen, RILL_HEADERS_TIMEOUT_MS: before = 0 } = values
  return {
    firstTokenMs: Math.max(chosen ?? 300_000, before),
    localFirstTokenMs: Math.max(chosen ?? 600_000, before),
    idleMs: values.RILL_IDLE_TIMEOUT_MS,
    heartbeatMs: values.RILL_HEARTBEAT_TIMEOUT_MS,
  }
}

function isBaseUrl(text: string | undefined): boolean {
  if (text === undefined) return true
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return ['http:', 'https:'].includes(protocol) && username + password === ''
}

/** As in most programs, the lowercase names work too and take precedence. */
function proxyVariables(variables: Record<string, string | undefined>): Record<string, string | undefined> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  return Object.fromEntries(names.map((name) => [name, variables[name.toLowerCase()] || variables[name]]))
}

function isRedisUrl(text: string | undefined): boolean {
  return text === undefined || (URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol))
}

let parsed: Config | undefined

/** The parsed environment of this process. @throws {Error} when a variable is invalid. */
export function config(): Config {
  parsed ??= parseConfig(process.env)
  return parsed
}
