import 'server-only'
import { AsyncLocalStorage } from 'node:async_hooks'
import { database } from '@/lib/database/client'
import { isDeleted } from '@/lib/database/conversations'
import { runningInExisting } from '@/lib/database/generations/running'
import { createEventLog } from '@/lib/event-log/combined-log'
import { createRedisFeed } from '@/lib/event-log/redis-feed'
import { hasEnded, readEnded, storedEvents } from '@/lib/event-log/stored-events'
import { instanceId } from '@/lib/instances/instance-id'
import { metrics } from '@/lib/metrics'
import { processSingleton } from '@/lib/process'
import type { Problem } from '@/lib/protocol/events'
import { redis } from '@/lib/redis'
import type { Checkpoint } from './checkpoints/checkpoint'
import { createCheckpoints } from './checkpoints/checkpoints'
import { createFlushScheduler } from './flush-scheduler'
import { Observer } from './observer'
import { Run } from './run'
import type { RunStart } from './run-dependencies'

/** The generations that run in this process, and what they share. */
export function runs() {
  return processSingleton('runs', createRuns)
}

function createRuns() {
  const running = new Map<string, Run>()
  const checkpoints = createCheckpoints(instanceId())
  const connections = redis()
  const feed = connections && createRedisFeed(connections)
  const log = createEventLog(storedEvents, feed, { hasEnded, readEnded })
  /** Runs work in the async context of the process: in a request's, each would keep its request alive, and pay for its stores. */
  const outsideRequests = AsyncLocalStorage.snapshot()
  const dependencies = { log, flushScheduler: createFlushScheduler(), checkpoints, isDeleted }
  let closing: Problem | null = null
  let closed = false

  return {
    log,
    /** Carries events to other instances at once. Null without Redis. */
    feed,
    get(generationId: string): Run | undefined {
      return running.get(generationId)
    },
    /** Whether a generation runs here, or its end is still to be saved. */
    has(generationId: string): boolean {
      return running.has(generationId) || checkpoints.isEnding(generationId)
    },
    ofConversation(conversationId: string): Run[] {
      return [...running.values()].filter((run) => run.start.conversationId === conversationId)
    },
    /** Stops generations that have been deleted or ended by another instance. @throws {Error} when the database is away. */
    async stopUnwanted(): Promise<void> {
      // Stopping a run that has ended meanwhile does no harm.
      const candidates = [...running]
      if (candidates.length === 0) return
      const wanted = await runningInExisting(database(), instanceId())
      for (const [id, run] of candidates) if (!wanted.has(id)) void run.stop()
    },
    /** Set once the process is about to end: no generation may start any more. */
    get closing(): Problem | null {
      return closing
    },
    start(begun: RunStart): Run {
      const { start, connection, request } = begun
      // In the request's context: the span of the generation is a child of the request's.
      const observer = new Observer(start, connection, request)
      const run = outsideRequests(() => new Run(begun, observer, dependencies))
      running.set(start.generationId, run)
      metrics().running.set(running.size)
      // The turn was on its way here when the process had already closed the others.
      if (closing && closed) void run.interrupt(closing)
      void run.ended.then(() => {
        running.delete(start.generationId)
        metrics().running.set(running.size)
      })
      return run
    },
    /** The generations that haven't ended, or whose end isn't saved. */
    get unsaved(): readonly Checkpoint[] {
      return checkpoints.unsaved
    },
    /** Lets no generation start any more, for a reason. Settles when none runs, or when `limit` aborts. */
    async drain(problem: Problem, limit: AbortSignal): Promise<void> {
      closing = problem
      const waited = new Promise((resolve) => {
        if (limit.aborted) resolve(null)
        else limit.addEventListener('abort', resolve, { once: true })
      })
      while (running.size > 0 && !limit.aborted)
        await Promise.race([waited, Promise.all([...running.values()].map((run) => run.ended))])
    },
    /** Interrupts every running generation for a reason. Settles when all of them are saved, which may be never. */
    async close(problem: Problem): Promise<void> {
      closing = problem
      closed = true
      await Promise.all([...running.values()].map((run) => run.interrupt(problem)))
      await checkpoints.drained()
    },
  }
}
