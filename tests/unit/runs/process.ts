import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { migrate } from '@/lib/database/migrate'
import { readToEnd } from '@/lib/event-log/read-to-end'
import type { LogEvent, StartData } from '@/lib/protocol/events'
import { runs } from '@/lib/runs/runs'
import { type PreparedTurn, startGeneration } from '@/lib/runs/start/start-generation'
import { prepareTurn, type Turn } from '@/lib/runs/start/start-turn'
import { type ScriptedUpstream, startScriptedUpstream } from '../../upstream/scripted'

/** The server's own side within a test file's process: a database of its own and an upstream that it asks. */
export interface Process {
  readonly upstream: ScriptedUpstream
  readonly dataDir: string
  /** Starts a turn of somebody's, as the route does. */
  start(turn: Partial<Turn> & { text: string }): Promise<StartData>
}

export function ownProcess(environment: Record<string, string> = {}): Process {
  const dataDir = mkdtempSync(join(tmpdir(), 'rill-own-'))
  let upstream: ScriptedUpstream
  beforeAll(async () => {
    upstream = await startScriptedUpstream()
    const own = { DATA_DIR: dataDir, DATABASE_URL: '', REDIS_URL: '', OPENAI_BASE_URL: upstream.baseUrl }
    for (const [name, value] of Object.entries({ ...own, OPENAI_API_KEY: 'key', ...environment }))
      vi.stubEnv(name, value)
    await migrate(database())
  })
  afterAll(async () => {
    await upstream.stop()
    await database().destroy()
    rmSync(dataDir, { recursive: true, force: true })
    vi.unstubAllEnvs()
  })
  return {
    get upstream() {
      return upstream
    },
    dataDir,
    start: (turn) => startTurn('somebody', { turnId: randomUUID(), model: 'scripted', stream: true, ...turn }),
  }
}

/** Starts the generation that replies to a prompt, as the endpoint does. */
export async function startTurn(ownerId: string, turn: Turn): Promise<StartData> {
  return await startPrepared(await prepareTurn(ownerId, turn))
}

/** Starts what was prepared, unless an earlier request of the same turn did. */
export async function startPrepared(turn: PreparedTurn): Promise<StartData> {
  return turn.earlier ?? (await startGeneration(turn.generation))
}

/** The events of a generation's log, read to its end. */
export async function logOf(generationId: string): Promise<LogEvent[]> {
  return (await readToEnd(runs().log, generationId, new AbortController().signal)) ?? []
}

/** What the database has of a generation. */
export async function rowOf(generationId: string) {
  return await database()
    .selectFrom('generations')
    .innerJoin('messages', 'messages.id', 'generations.messageId')
    .select(['status', 'parts', 'endedAt', 'usage', 'booking'])
    .where('generations.id', '=', generationId)
    .executeTakeFirstOrThrow()
}

/** The status of a generation in the database. */
export async function statusOf(generationId: string): Promise<string> {
  return (await rowOf(generationId)).status
}

/** The text of a generation's pieces, as far as it has been saved while it runs. */
export async function readPieces(generationId: string): Promise<string> {
  const rows = await database()
    .selectFrom('generationPieces')
    .select('events')
    .where('generationId', '=', generationId)
    .orderBy('firstSeq')
    .execute()
  return rows.map(({ events }) => events).join('')
}
