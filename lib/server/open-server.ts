import 'server-only'
import { config } from '@/lib/config'
import { log } from '@/lib/log'
import { processSingleton } from '@/lib/process'
import { loadTokenizer } from '@/lib/tokens/tokenizers'
import { openTracing } from '@/lib/tracing/tracing'
import { bootstrap } from './bootstrap'
import { endOnSignals } from './shutdown'

/**
 * Opens the server when the process starts, and arranges that a signal saves what runs before it ends the process. A
 * server that can't serve ends the process with one sentence on stderr.
 */
export async function openServer(): Promise<void> {
  try {
    await openTracing()
    await bootstrap()
    // lib/serve.mjs, which isn't part of the build, prints some of it.
    processSingleton('config', config)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
  loadTokenizers()
  endOnSignals()
}

/** Loads the tokenizers in the background. Who needs one earlier waits for it. */
function loadTokenizers(): void {
  for (const encoding of ['o200k', 'cl100k'] as const)
    loadTokenizer(encoding).catch((error: unknown) => log().error({ encoding, error }, 'couldn’t load a tokenizer'))
}
