import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const START = join(dirname(dirname(fileURLToPath(import.meta.url))), 'lib', 'start.mjs')
// A first start may have to build.
const START_TIMEOUT_MS = 180_000

export interface RillServer {
  /** Without a slash at the end. */
  url: string
  port: number
  pid: number
  dataDir: string
  /** All that it has printed so far. */
  logs(): string
  /** Sends a signal and waits until the process has ended. Gives the exit code, or null when the signal ended it. */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Ends it as Ctrl-C would, and removes the data folder if `startRill` made it. */
  stop(): Promise<void>
}

export interface RillOptions {
  /** On top of the defaults, and of an environment in which nothing of Rill's is set. */
  env?: Record<string, string>
  /** A folder to go on with, e.g. after a `kill`; a fresh one otherwise. */
  dataDir?: string
  /** Any free one otherwise. */
  port?: number
  /** The folder that it is started from; that of the tests otherwise. */
  cwd?: string
}

/**
 * Starts a real Rill the way `npm start` does, and waits until it can serve.
 * @throws {Error} when it ends or does not answer in time; with what it printed.
 */
export async function startRill({ env = {}, dataDir, port = 0, cwd }: RillOptions = {}): Promise<RillServer> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'rill-data-'))
  const server = spawn(process.execPath, [START], {
    ...(cwd ? { cwd } : {}),
    env: {
      ...process.env,
      ...nothingSet,
      ...impatient,
      DATA_DIR: folder,
      HOST: '127.0.0.1',
      PORT: String(port),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const removeFolder = () => {
    if (!dataDir) rmSync(folder, { recursive: true, force: true })
  }
  const endWithTests = () => {
    server.kill('SIGKILL')
    removeFolder()
  }
  process.once('exit', endWithTests)
  if (dataDir) server.once('exit', () => process.off('exit', endWithTests))
  let printed = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  }

  const url = await addressWhenServing(server, () => printed).catch((error: unknown) => {
    process.off('exit', endWithTests)
    endWithTests()
    throw error
  })
  const kill = async (signal: NodeJS.Signals) => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill(signal)
      await once(server, 'exit')
    }
    return server.exitCode
  }
  return {
    url,
    port: Number(new URL(url).port),
    pid: server.pid ?? 0,
    dataDir: folder,
    logs: () => printed,
    kill,
    async stop() {
      await kill('SIGINT')
      process.off('exit', endWithTests)
      removeFolder()
    },
  }
}

/** So that neither the shell nor an `.env` file of the person who runs the tests has a say in them. */
const nothingSet = {
  DATABASE_URL: '',
  REDIS_URL: '',
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: '',
  HTTP_PROXY: '',
  HTTPS_PROXY: '',
  NO_PROXY: '',
  http_proxy: '',
  https_proxy: '',
  no_proxy: '',
  RILL_HOSTS: '',
  RILL_MODEL: '',
  RILL_OPEN: '',
  RILL_PASSWORD: '',
  RILL_PRIVATE_PROVIDERS: '',
  RILL_PROVIDER_NAME: '',
  RILL_PUBLIC: '',
  RILL_SECRET: '',
  RILL_TRUSTED_PROXIES: '',
  RILL_STARTS_PER_MINUTE: '',
  RILL_STREAMS: '',
  RILL_MAX_TOKENS: '',
  RILL_BUDGET_PER_DAY: '',
  OTEL_EXPORTER_OTLP_ENDPOINT: '',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '',
}

/** Where waiting is not the point: a failure is told at once, and so is the end of the process, and nobody is held back. */
const impatient = {
  RILL_RETRY_ATTEMPTS: '1',
  RILL_DRAIN_SECONDS: '0',
  RILL_RATE_PER_MINUTE: '0',
  RILL_STREAMS_PER_PERSON: '0',
  RILL_CALLS_PER_MINUTE: '0',
  RILL_READERS_PER_PERSON: '0',
}

async function addressWhenServing(server: ChildProcess, printed: () => string): Promise<string> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline && server.exitCode === null && server.signalCode === null) {
    const url = /^Rill is at (http:\S+)/m.exec(printed())?.[1]
    if (url && (await answers(`${url}/api/health`))) return url
    await wait(20)
  }
  throw new Error(`Rill did not start.\n${printed()}`)
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}
