import 'server-only'
import { log } from '@/lib/log'
import { oncePerProcess } from '@/lib/process'
import { closeHouse, openHouse } from './life'

/**
 * Opens the server's own side when the process starts: ends it with one sentence when it cannot serve, and sees to it
 * that a signal to stop saves what runs. `npm start` waits for the same shutdown before it ends the process.
 */
export async function openServer(): Promise<void> {
  try {
    await openHouse()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
  const shutdown = oncePerProcess('shutdown', () => {
    let closing: Promise<void> | null = null
    return () => {
      closing ??= closeHouse().catch((error: unknown) =>
        log().error({ error }, 'the shutdown could not save everything'),
      )
      return closing
    }
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shutdown())
}
