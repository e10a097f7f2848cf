import 'server-only'
import { resolve } from 'node:path'
import { z } from 'zod'

const milliseconds = (fallback: number) => z.coerce.number().int().positive().default(fallback)
const flag = z.stringbool({ truthy: ['1', 'true', 'yes'], falsy: ['0', 'false', 'no', ''] }).default(false)
const filled = z
  .string()
  .trim()
  .optional()
  .transform((text) => text || null)

const environment = z.object({
  HOST: z.string().trim().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: filled,
  OPENAI_API_KEY: filled,
  OPENAI_BASE_URL: filled,
  RILL_MODEL: filled,
  RILL_PASSWORD: filled,
  RILL_OPEN: flag,
  RILL_HOSTS: z.string().default(''),
  RILL_SECRET: filled,
  RILL_PUBLIC: flag,
  RILL_HEADERS_TIMEOUT_MS: milliseconds(60_000),
  RILL_FIRST_TOKEN_TIMEOUT_MS: milliseconds(120_000),
  RILL_IDLE_TIMEOUT_MS: milliseconds(60_000),
})

/** Every setting that comes from the environment, parsed once. */
export type Config = ReturnType<typeof parseConfig>

/**
 * Reads the environment.
 * @throws {Error} one sentence that names every variable that is wrong.
 */
export function parseConfig(variables: Record<string, string | undefined>) {
  const parsed = environment.safeParse(variables)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The environment is not right. ${wrong.join('; ')}.`)
  }
  const values = parsed.data
  return {
    host: values.HOST,
    port: values.PORT,
    dataDir: resolve(values.DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    /** The operator's own upstream, when a key or an address is set. */
    upstream:
      values.OPENAI_API_KEY || values.OPENAI_BASE_URL
        ? { apiKey: values.OPENAI_API_KEY, baseUrl: values.OPENAI_BASE_URL ?? 'https://api.openai.com/v1' }
        : null,
    defaultModel: values.RILL_MODEL,
    password: values.RILL_PASSWORD,
    open: values.RILL_OPEN,
    /** Names accepted in the Host header besides loopback and IP addresses. */
    hosts: values.RILL_HOSTS.split(',').flatMap((name) => name.trim().toLowerCase() || []),
    secret: values.RILL_SECRET,
    public: values.RILL_PUBLIC,
    clocks: {
      headersMs: values.RILL_HEADERS_TIMEOUT_MS,
      firstTokenMs: values.RILL_FIRST_TOKEN_TIMEOUT_MS,
      idleMs: values.RILL_IDLE_TIMEOUT_MS,
    },
  }
}

let parsed: Config | undefined

/** The parsed environment. @throws {Error} when a variable is wrong. */
export function config(): Config {
  parsed ??= parseConfig(process.env)
  return parsed
}
