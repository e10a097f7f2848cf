import 'server-only'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import { runs } from '@/lib/runs/runs'
import { tracing } from '@/lib/tracing/tracing'
import { drain, saveAndForget } from './bootstrap'

/** How long the last saves may take once every answer has been told to end. */
const SAVE_MS = 3_000
/** How long responses may take to end after that, and how long when somebody is in a hurry. */
const CLOSE_MS = 4_000
const CLOSE_HURRIED_MS = 500
/** How long the last spans may take to be sent. */
const TRACES_MS = 2_000
/** When the process ends whatever it still does: so much after the drain, and so much after a signal to hurry. */
const EXIT_MS = SAVE_MS + CLOSE_MS + TRACES_MS + 500
const EXIT_HURRIED_MS = 4_500

/** Closes what serves HTTP. `lib/serve.mjs` gives it, under the name `close` among what the process holds once. */
type Close = (withinMs: number) => Promise<void>

/**
 * Ends the process on a signal, within its time limit whatever the database, Redis, an upstream, a collector or a
 * response does. SIGTERM, as an orchestrator sends it, lets running answers end by themselves for `RILL_DRAIN_SECONDS`;
 * SIGINT, or a second signal, skips that. What could not be saved is logged, and then the exit code is 1.
 */
export function endOnSignals(): void {
  processSingleton('shutdown', () => {
    const shutdown = createShutdown()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      // `next start` and `next dev` would end the process at once: theirs come when all is saved.
      const others = process.listeners(signal)
      process.removeAllListeners(signal)
      process.on(signal, () => shutdown(signal, others))
    }
    return shutdown
  })
}

function createShutdown() {
  const enough = new AbortController()
  let ending: Promise<void> | null = null
  let exitAt = Number.POSITIVE_INFINITY
  let lastCall: NodeJS.Timeout | undefined

  /** The process ends so much later at the latest: what was said before holds if it is sooner. */
  function exitWithin(ms: number): void {
    const at = performance.now() + ms
    if (at >= exitAt) return
    exitAt = at
    clearTimeout(lastCall)
    lastCall = setTimeout(exit, ms)
  }

  async function end(signal: NodeJS.Signals, others: NodeJS.SignalsListener[]): Promise<void> {
    await drain(enough.signal).catch(complain('the drain'))
    // Late answers, such as one that waits for a budget's words, are told to end now.
    await within(SAVE_MS, 'saving what runs', saveAndForget)
    const close = processSingleton<Close | null>('close', () => null)
    const closeMs = exitAt - performance.now() < EXIT_HURRIED_MS ? CLOSE_HURRIED_MS : CLOSE_MS
    if (close) await within(closeMs + TRACES_MS / 4, 'closing the responses', () => close(closeMs))
    await within(TRACES_MS, 'sending the last traces', async () => tracing()?.close())
    if (close || others.length === 0) exit()
    tellUnsaved()
    for (const other of others) other(signal)
  }

  return (signal: NodeJS.Signals, others: NodeJS.SignalsListener[]): void => {
    const { drainMs } = config()
    const hurried = signal === 'SIGINT' || ending !== null
    exitWithin(hurried ? EXIT_HURRIED_MS : drainMs + EXIT_MS)
    if (hurried || drainMs === 0) enough.abort()
    else setTimeout(() => enough.abort(), drainMs)
    ending ??= end(signal, others)
  }
}

function exit(): never {
  process.exit(tellUnsaved() > 0 ? 1 : 0)
}

const told = new Set<string>()

/** Logs each generation that is not saved whole, once, and gives how many there are. */
function tellUnsaved(): number {
  const { unsaved } = runs()
  for (const { start, folded, seq, unsavedCount } of unsaved) {
    const { generationId, conversationId } = start
    if (told.has(generationId)) continue
    told.add(generationId)
    log().error(
      { generationId, conversationId, status: folded.status, events: seq, unsavedEvents: unsavedCount },
      'the process ends before this generation could be saved; the next start ends it as interrupted',
    )
  }
  return unsaved.length
}

/** Settles with a task, or when its time is over. It never rejects. */
async function within(ms: number, what: string, task: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log().warn({ ms }, `${what} took too long at the end of the process`)
      resolve()
    }, ms)
  })
  await Promise.race([task().catch(complain(what)), late])
  clearTimeout(timer)
}

function complain(what: string): (error: unknown) => void {
  return (error) => log().error({ error }, `${what} failed at the end of the process`)
}
