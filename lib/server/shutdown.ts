import 'server-only'
import { config } from '@/lib/config'
import { database, engine } from '@/lib/database/client'
import { instanceId } from '@/lib/instances/instance-id'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import type { Problem } from '@/lib/protocol/events'
import { runs } from '@/lib/runs/runs'
import { tracing } from '@/lib/tracing/tracing'

/** How long the last saves may take once every generation has been told to end. */
const SAVE_MS = 3_000
/** How long open responses may take to end after that; less after SIGINT or a second signal. */
const CLOSE_MS = 4_000
const CLOSE_HURRIED_MS = 500
/** How long sending the last spans may take. */
const TRACES_MS = 2_000
/** When the process exits whatever it is still doing: after the drain, or after SIGINT or a second signal. */
const EXIT_MS = SAVE_MS + CLOSE_MS + TRACES_MS + 500
const EXIT_HURRIED_MS = 4_500

const shutDown: Problem = {
  kind: 'internal',
  message:
    'The server was shut down while this reply was being written. What arrived so far has been saved. Try again.',
  retryable: true,
}

/** Closes the HTTP server. `lib/serve.mjs` registers it as the process singleton `close`. */
type Close = (withinMs: number) => Promise<void>

/**
 * Ends the process on a signal, within its time limit whatever the database, Redis, an upstream, a collector or a
 * response does. SIGTERM, which orchestrators send, lets running replies end by themselves for `RILL_DRAIN_SECONDS`;
 * SIGINT, or a second SIGTERM, skips the drain. Logs what couldn't be saved, and then exits with code 1.
 */
export function endOnSignals(): void {
  processSingleton('shutdown', () => {
    const shutdown = createShutdown()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      // `next start` and `next dev` would end the process at once: their listeners run when all is saved.
      const others = process.listeners(signal)
      process.removeAllListeners(signal)
      process.on(signal, () => shutdown(signal, others))
    }
    return shutdown
  })
}

function createShutdown() {
  const drained = new AbortController()
  let ending: Promise<void> | null = null
  let exitAt = Number.POSITIVE_INFINITY
  let exitTimer: NodeJS.Timeout | undefined

  /** Exits `ms` from now at the latest. An earlier deadline stays. */
  function exitWithin(ms: number): void {
    const at = performance.now() + ms
    if (at >= exitAt) return
    exitAt = at
    clearTimeout(exitTimer)
    exitTimer = setTimeout(exit, ms)
  }

  async function end(signal: NodeJS.Signals, others: NodeJS.SignalsListener[]): Promise<void> {
    await runs().drain(shutDown, drained.signal).catch(logFailure('the drain'))
    await within(SAVE_MS, 'saving running generations', saveAndForget)
    const close = processSingleton<Close | null>('close', () => null)
    const closeMs = exitAt - performance.now() < EXIT_HURRIED_MS ? CLOSE_HURRIED_MS : CLOSE_MS
    if (close) await within(closeMs + TRACES_MS / 4, 'closing the responses', () => close(closeMs))
    await within(TRACES_MS, 'sending the last traces', async () => tracing()?.close())
    if (close || others.length === 0) exit()
    logUnsaved()
    for (const other of others) other(signal)
  }

  return (signal: NodeJS.Signals, others: NodeJS.SignalsListener[]): void => {
    const { drainMs } = config()
    const isHurried = signal === 'SIGINT' || ending !== null
    exitWithin(isHurried ? EXIT_HURRIED_MS : drainMs + EXIT_MS)
    if (isHurried || drainMs === 0) drained.abort()
    else setTimeout(() => drained.abort(), drainMs)
    ending ??= end(signal, others)
  }
}

/** Ends what runs as `interrupted`, and saves it. May never settle. */
async function saveAndForget(): Promise<void> {
  await runs().close(shutDown)
  // So that the other instances end at once what this one leaves running. On SQLite there are none.
  if (engine() === 'postgres') await database().deleteFrom('instances').where('id', '=', instanceId()).execute()
}

function exit(): never {
  process.exit(logUnsaved() > 0 ? 1 : 0)
}

const logged = new Set<string>()

/** Logs each generation that isn't completely saved, once. Returns how many there are. */
function logUnsaved(): number {
  const { unsaved } = runs()
  for (const { start, end, seq, unsavedCount } of unsaved) {
    const { generationId, conversationId } = start
    if (logged.has(generationId)) continue
    logged.add(generationId)
    log().error(
      { generationId, conversationId, status: end?.status ?? 'running', events: seq, unsavedEvents: unsavedCount },
      'the process ends before this generation could be saved; the next start ends it as interrupted',
    )
  }
  return unsaved.length
}

/** Settles with a task, or after a time limit. Never rejects. */
async function within(ms: number, name: string, task: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log().warn({ ms }, `${name} took too long at the end of the process`)
      resolve()
    }, ms)
  })
  await Promise.race([task().catch(logFailure(name)), timeout])
  clearTimeout(timer)
}

function logFailure(name: string): (error: unknown) => void {
  return (error) => log().error({ error }, `${name} failed at the end of the process`)
}
