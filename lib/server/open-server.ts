import 'server-only'
import { log } from '@/lib/log'
import { loadTokenizer } from '@/lib/tokens/tokenizers'
import { openTracing } from '@/lib/tracing/tracing'
import { bootstrap } from './bootstrap'
import { endOnSignals } from './shutdown'

/**
 * Opens the server's own side when the process starts: ends it with one sentence when it cannot serve, and sees to it
 * that a signal ends the process, and what runs is saved first.
 */
export async function openServer(): Promise<void> {
  try {
    await openTracing()
    await bootstrap()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
  loadTokenizers()
  endOnSignals()
}

/** In the background: whoever needs one before it is there waits for it. */
function loadTokenizers(): void {
  for (const encoding of ['o200k', 'cl100k'] as const)
    loadTokenizer(encoding).catch((error: unknown) => log().error({ encoding, error }, 'couldn’t load a tokenizer'))
}
