import 'server-only'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { oncePerProcess } from '@/lib/process'
import { openTracing, tracing } from '@/lib/tracing/tracing'
import { loadTokenizer } from '@/lib/usage/tokenizers'
import { closeHouse, openHouse } from './life'

/**
 * Opens the server's own side when the process starts: ends it with one sentence when it cannot serve, and sees to it
 * that a signal to stop saves what runs. `npm start` waits for the same shutdown before it ends the process.
 */
export async function openServer(): Promise<void> {
  try {
    await openTracing()
    await openHouse()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
  loadTokenizers()
  oncePerProcess('shutdown', watchSignals)
  oncePerProcess('farewell', () => async () => tracing()?.close())
}

/** In the background: whoever needs one before it is there waits for it. */
function loadTokenizers(): void {
  for (const encoding of ['o200k', 'cl100k'] as const)
    loadTokenizer(encoding).catch((error: unknown) =>
      log().error({ encoding, error }, 'a tokenizer could not be loaded'),
    )
}

/**
 * SIGTERM, as an orchestrator sends it, lets running generations end by themselves for a while; a second signal does no
 * longer, nor does SIGINT: a person at the terminal should not wait. Gives the shutdown, to be awaited.
 */
function watchSignals(): () => Promise<void> {
  const enough = new AbortController()
  let closing: Promise<void> | null = null
  let signalled = false
  const shutdown = () => {
    closing ??= closeHouse(enough.signal).catch((error: unknown) =>
      log().error({ error }, 'the shutdown could not save everything'),
    )
    return closing
  }
  const onSignal = (signal: NodeJS.Signals) => {
    const { drainMs } = config()
    if (signalled || signal === 'SIGINT' || drainMs === 0) enough.abort()
    else setTimeout(() => enough.abort(), drainMs)
    signalled = true
    void shutdown()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return shutdown
}
