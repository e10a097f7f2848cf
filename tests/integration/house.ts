import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { type RillServer, startRill } from '../rill-server'
import { full } from '../selection.mjs'
import { type ScriptedRequest, type ScriptedUpstream, startScriptedUpstream } from '../upstream/scripted'
import { Client } from './client'

/** What every suite about data runs on. */
export const engines = ['sqlite', 'postgres'] as const
export type Engine = (typeof engines)[number]

/** What a suite runs on that holds nothing of its own in SQL: one engine is enough, but for the full run. */
export const anyEngine: readonly Engine[] = full ? engines : ['sqlite']

/** The operator's key: to be found in what the upstream is sent, and nowhere else. */
export const OPERATORS_KEY = 'quince-marmalade-8842'

type Environment = Record<string, string>

/** A running Rill with data of its own and an upstream to talk to, as one suite uses it. */
export interface House {
  readonly rill: RillServer
  readonly upstream: ScriptedUpstream
  readonly dataDir: string
  /** What the server was started with; enough to start another one on the same data. */
  readonly environment: Environment
  /** A new browser. */
  client(): Client
  /** The first completion request with this prompt, as soon as it is there. */
  asked(prompt: string): Promise<ScriptedRequest>
  /** How many completion requests came with this prompt. */
  timesAsked(prompt: string): number
  /** Starts a server anew on the same data, once the one before has ended. `more` is added to its environment. */
  start(more?: Environment): Promise<void>
  /** Runs SQL on the suite's database. For Postgres only. */
  query(sql: string): Promise<Record<string, unknown>[]>
  /** The lines that hold `words`, in all that was answered to its clients and all that was printed. */
  linesSaying(words: string): string[]
  close(): Promise<void>
}

/** A fresh Rill on an engine, with a scripted upstream. `environment` is added to its own. */
export async function openHouse(engine: Engine, environment: Environment = {}): Promise<House> {
  const upstream = await startScriptedUpstream()
  const dataDir = await mkdtemp(join(tmpdir(), 'rill-integration-'))
  const databaseUrl = engine === 'postgres' ? await createDatabase() : ''
  const own = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_API_KEY: OPERATORS_KEY, DATABASE_URL: databaseUrl }
  const env = { ...own, ...environment }
  const said: string[] = []
  let rill = await startRill({ dataDir, env })
  return {
    get rill() {
      return rill
    },
    upstream,
    dataDir,
    environment: env,
    client: () =>
      new Client(
        () => rill.url,
        (text) => said.push(text),
      ),
    async asked(prompt) {
      for (let index = 0; ; index++) {
        const request = await upstream.request(index)
        if (request.prompt === prompt) return request
      }
    },
    timesAsked: (prompt) => upstream.requests.filter((request) => request.prompt === prompt).length,
    async start(more = {}) {
      said.push(rill.logs())
      rill = await startRill({ dataDir, env: { ...env, ...more } })
    },
    query: (sql) => queryOf(databaseUrl, sql),
    linesSaying: (words) =>
      [...said, rill.logs()]
        .join('\n')
        .split('\n')
        .filter((line) => line.includes(words)),
    async close() {
      await rill.stop()
      await upstream.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** An empty database on the run's Postgres server. Gives its URL. */
export async function createDatabase(): Promise<string> {
  const url = new URL(inject('postgresUrl'))
  const name = `rill_${randomUUID().replaceAll('-', '')}`
  await queryOf(url.href, `CREATE DATABASE ${name}`)
  url.pathname = `/${name}`
  return url.href
}

/** Runs SQL on a Postgres database. */
export async function queryOf(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}
