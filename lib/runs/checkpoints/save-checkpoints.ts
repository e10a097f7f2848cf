import 'server-only'
import { database } from '@/lib/database/client'
import { saveCheckpoint } from '@/lib/database/generations/checkpoints'
import { isDatabaseUnavailable } from '@/lib/database/health'
import { log } from '@/lib/log'
import type { Checkpoint } from './checkpoint'

/**
 * The outcome of a save: `saved`; `lost`, when another instance has ended the generation or it was deleted; `refused`, when
 * the database takes others but not this one; `failed`, when the database takes nothing at present.
 */
export type Outcome = 'saved' | 'lost' | 'refused' | 'failed'

/** How many are saved side by side when each is saved alone: one may wait for a lock, and requests need connections too. */
const AT_ONCE = 5

/** The outcome for one checkpoint, and the number of events that it covers. */
export interface Saved {
  outcome: Outcome
  events: number
}

/**
 * Saves checkpoints, of generations that run and that have ended, in one transaction. When the database refuses one, the
 * others are saved without it. Never rejects.
 */
export async function saveCheckpoints(checkpoints: Checkpoint[], instanceId: string): Promise<Map<Checkpoint, Saved>> {
  const outcomes = new Map<Checkpoint, Saved>()
  if (checkpoints.length > 0) await save(checkpoints, instanceId, outcomes)
  return outcomes
}

async function save(checkpoints: Checkpoint[], instanceId: string, outcomes: Map<Checkpoint, Saved>): Promise<void> {
  const counts = new Map(checkpoints.map((each) => [each, each.unsavedCount]))
  const note = (outcomeOf: (checkpoint: Checkpoint) => Outcome) => {
    for (const [each, events] of counts) outcomes.set(each, { outcome: outcomeOf(each), events })
  }
  try {
    const lost = await saveCheckpoint(database(), instanceId, {
      pieces: checkpoints.flatMap((each) => (each.end ? [] : pieceOf(each))),
      ended: checkpoints.flatMap(({ end }) => end ?? []),
    })
    note(({ generationId }) => (lost.has(generationId) ? 'lost' : 'saved'))
  } catch (error) {
    const isAlone = checkpoints.length === 1
    log().error(
      { generationId: isAlone ? checkpoints[0]?.generationId : undefined, error },
      'couldn’t save a checkpoint',
    )
    if (takesNothing(error)) note(() => 'failed')
    else if (isAlone) note(() => 'refused')
    else
      for (let next = 0; next < checkpoints.length; next += AT_ONCE)
        await Promise.all(checkpoints.slice(next, next + AT_ONCE).map((each) => save([each], instanceId, outcomes)))
  }
}

function pieceOf(checkpoint: Checkpoint) {
  const { firstSeq, events } = checkpoint.unsaved
  return { generationId: checkpoint.generationId, firstSeq, events: JSON.stringify(events) }
}

/** SQLSTATE of a row that another transaction has locked, and of a cancelled statement: the next save may go through. */
const ONE_ROW = ['55P03', '57014']

/** Whether an error means that the database would take nothing at present, whatever it is given. */
function takesNothing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return isDatabaseUnavailable(error) && !ONE_ROW.includes(code)
}
