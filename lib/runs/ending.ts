import 'server-only'
import { log } from '@/lib/log'
import type { EndStatus, Problem } from '@/lib/protocol/events'
import type { Folded } from '@/lib/protocol/messages'
import type { CompletionEnd } from '@/lib/upstream/connection'

/** Why a run is cut before the upstream ends it. The problem of a budget needs the database, so it is looked up later. */
export type Cut = { status: 'stopped' } | { status: 'interrupted'; problem: Problem | (() => Promise<Problem>) }

export const ownFault: Problem = {
  kind: 'internal',
  message: 'Something went wrong in Rill while it was reading this reply. The server log has the details. Try again.',
  retryable: true,
}

export const endedElsewhere: Problem = {
  kind: 'internal',
  message: 'The server writing this reply stopped responding, so the reply ends with what was saved. Try again.',
  retryable: true,
}

/** What is known of a run when it ends. */
interface Facts {
  generationId: string
  end: CompletionEnd
  cut: Cut | null
  folded: Folded
  /** It was waiting for its next attempt. */
  isWaiting: boolean
}

/** The status that a run ends with, and the problem to show. Never rejects. */
export async function endingOf(facts: Facts): Promise<{ status: EndStatus; problem: Problem | null }> {
  const { end, cut, folded } = facts
  if (cut?.status === 'stopped') return { status: 'stopped', problem: waitedFor(facts) }
  if (cut) return { status: cut.status, problem: await problemOf(cut, facts.generationId) }
  if (!end.problem) return { status: 'completed', problem: null }
  return { status: folded.parts.length > 0 ? 'interrupted' : 'failed', problem: end.problem }
}

/** Why the last attempt failed, when a run is stopped while it waits for the next one. */
function waitedFor({ folded: { retry }, isWaiting }: Facts): Problem | null {
  return isWaiting && retry ? { kind: retry.kind, message: `${retry.message}.`, retryable: true } : null
}

async function problemOf({ problem }: Extract<Cut, { status: 'interrupted' }>, generationId: string): Promise<Problem> {
  try {
    return typeof problem === 'function' ? await problem() : problem
  } catch (error) {
    log().error({ generationId, error }, 'couldn’t look up why a generation was cut')
    return ownFault
  }
}
