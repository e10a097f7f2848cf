import 'server-only'
import { database } from '@/lib/database/client'
import { type EndedGeneration, saveCheckpoint } from '@/lib/database/generations'
import { isDatabaseAway } from '@/lib/database/health'
import { log } from '@/lib/log'
import type { Run } from './run'

/**
 * What became of a run's save: `saved`; `lost`, since another instance has ended it or it was deleted; `refused`, since
 * the database takes what others have but not this; `failed`, since the database takes nothing now.
 */
export type Outcome = 'saved' | 'lost' | 'refused' | 'failed'

/** So many are saved side by side when each is saved by itself: one may wait for a lock, and requests need connections too. */
const AT_ONCE = 5

/** How one run fared, and how many of its events that was about. */
export interface Saved {
  outcome: Outcome
  events: number
}

/** What a run has for the database: what it grew by, or how it ended. */
interface Entry {
  run: Run
  events: number
  piece: { firstSeq: number; events: string } | null
  end: EndedGeneration | null
}

/**
 * Saves what runs grew by and how they ended, in one transaction. One that the database refuses does not hold up the
 * others: they are saved without it. It never rejects.
 */
export async function saveRuns(growing: Run[], finishing: Run[], instanceId: string): Promise<Map<Run, Saved>> {
  const outcomes = new Map<Run, Saved>()
  const entries: Entry[] = []
  for (const [runs, entryOf] of [[growing, growthOf] as const, [finishing, endOf] as const])
    for (const run of runs) {
      try {
        entries.push(entryOf(run))
      } catch (error) {
        log().error({ generationId: run.start.generationId, error }, 'couldn’t prepare a generation for saving')
        outcomes.set(run, { outcome: 'refused', events: 0 })
      }
    }
  if (entries.length > 0) await saveEntries(entries, instanceId, outcomes)
  return outcomes
}

async function saveEntries(entries: Entry[], instanceId: string, outcomes: Map<Run, Saved>): Promise<void> {
  const note = (outcome: (entry: Entry) => Outcome) => {
    for (const entry of entries) outcomes.set(entry.run, { outcome: outcome(entry), events: entry.events })
  }
  try {
    const lost = await saveCheckpoint(database(), instanceId, {
      pieces: entries.flatMap(({ run, piece }) => (piece ? { generationId: run.start.generationId, ...piece } : [])),
      ended: entries.flatMap(({ end }) => end ?? []),
    })
    note(({ run }) => (lost.has(run.start.generationId) ? 'lost' : 'saved'))
  } catch (error) {
    const [first] = entries
    const alone = entries.length === 1
    const generationId = alone ? first?.run.start.generationId : undefined
    log().error({ generationId, error }, 'couldn’t save a checkpoint')
    if (takesNothing(error)) note(() => 'failed')
    else if (alone) note(() => 'refused')
    else
      for (let next = 0; next < entries.length; next += AT_ONCE)
        await Promise.all(
          entries.slice(next, next + AT_ONCE).map((entry) => saveEntries([entry], instanceId, outcomes)),
        )
  }
}

/** SQLSTATE of a row that somebody else has locked, and of a statement that was cancelled: the next one may go through. */
const ONE_ROW = ['55P03', '57014']

/** Whether an error says that the database would take nothing now, whatever it is given. */
function takesNothing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return isDatabaseAway(error) && !ONE_ROW.includes(code)
}

function growthOf(run: Run): Entry {
  const { firstSeq, events } = run.unsaved
  return { run, events: events.length, piece: { firstSeq, events: JSON.stringify(events) }, end: null }
}

function endOf(run: Run): Entry {
  const { parts, status, finishReason, usage } = run.folded
  const end = {
    generationId: run.start.generationId,
    messageId: run.start.messageId,
    conversationId: run.start.conversationId,
    parts,
    status,
    finishReason,
    usage,
    bill: run.bill,
    outline: JSON.stringify(run.outline),
    firstTokenAt: run.firstTokenAt,
    endedAt: run.endedAt ?? Date.now(),
  }
  return { run, events: run.unsavedCount, piece: null, end }
}
