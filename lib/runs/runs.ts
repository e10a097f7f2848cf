import 'server-only'
import { AsyncLocalStorage } from 'node:async_hooks'
import { database } from '@/lib/database/client'
import { isDeleted } from '@/lib/database/conversations'
import { wantedOn } from '@/lib/database/instances'
import { createEventLog } from '@/lib/event-log/combined-log'
import { createRedisFeed } from '@/lib/event-log/redis-feed'
import { hasEnded, readEnded, storedEvents } from '@/lib/event-log/stored-events'
import { instanceId } from '@/lib/instances/instance-id'
import { metrics } from '@/lib/metrics'
import { processSingleton } from '@/lib/process'
import type { Problem } from '@/lib/protocol/events'
import { redis } from '@/lib/redis'
import { createCheckpoints } from './checkpoints'
import { createPace } from './flush-scheduler'
import { Observer } from './observer'
import { Run, type Starting } from './run'

/** The generations that run in this process, and the log and checkpoints they share. */
export function runs() {
  return processSingleton('runs', createRuns)
}

function createRuns() {
  const running = new Map<string, Run>()
  const checkpoints = createCheckpoints(instanceId())
  const connections = redis()
  const feed = connections && createRedisFeed(connections)
  const log = createEventLog(storedEvents, feed, { hasEnded, readEnded })
  /** Runs work in the async context of the process: in a request's, each run would keep its request, and pay for its stores. */
  const outsideRequests = AsyncLocalStorage.snapshot()
  const house = { log, pace: createPace(), checkpoints, isDeleted }
  let closing: Problem | null = null
  let closed = false

  return {
    log: house.log,
    /** How other instances hear of events at once. Null without Redis. */
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
    /**
     * Stops what runs here and has been deleted, or ended by another instance.
     * @throws {Error} when the database is away.
     */
    async stopUnwanted(): Promise<void> {
      // Those that have ended meanwhile take no harm from a stop.
      const candidates = [...running]
      if (candidates.length === 0) return
      const wanted = await wantedOn(database(), instanceId())
      for (const [id, run] of candidates) if (!wanted.has(id)) void run.stop()
    },
    /** Why no generation may start any more, when the process is about to end. */
    get closing(): Problem | null {
      return closing
    },
    start(starting: Starting): Run {
      const { start, connection, request } = starting
      // Its span belongs to the request.
      const observer = new Observer(start, connection, request)
      const run = outsideRequests(() => new Run(starting, observer, house))
      running.set(start.generationId, run)
      metrics().running.set(running.size)
      // The turn was on its way here when the process began to close: what still runs then has its time, as others have.
      if (closing && closed) void run.interrupt(closing)
      void run.ended.then(() => {
        running.delete(start.generationId)
        metrics().running.set(running.size)
      })
      return run
    },
    /** The runs that have not ended, or of which something is still to be saved. */
    get unsaved(): Run[] {
      return [...new Set([...running.values(), ...checkpoints.unsaved])]
    },
    /** Lets no generation start any more, for a reason; settles when none runs, or when `enough` aborts. */
    async drain(problem: Problem, enough: AbortSignal): Promise<void> {
      closing = problem
      const waited = new Promise((resolve) => {
        if (enough.aborted) resolve(null)
        else enough.addEventListener('abort', resolve, { once: true })
      })
      while (running.size > 0 && !enough.aborted)
        await Promise.race([waited, Promise.all([...running.values()].map((run) => run.ended))])
    },
    /** Cuts every running generation for a reason, and settles when all of them are saved, which may be never. */
    async close(problem: Problem): Promise<void> {
      closing = problem
      closed = true
      await Promise.all([...running.values()].map((run) => run.interrupt(problem)))
      await checkpoints.drained()
    },
  }
}
