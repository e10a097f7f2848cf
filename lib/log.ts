import 'server-only'
import { destination, type Logger, pino } from 'pino'
import { processSingleton } from '@/lib/process'

/** The process's log: one JSON line an entry on standard error. Never a key, never text that a person or a model wrote. */
export function log(): Logger {
  return processSingleton('log', () =>
    pino(
      { base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: errorFields } },
      destination({ dest: 2, sync: true }),
    ),
  )
}

/** An error's fields are not enumerable, so JSON alone would log `{}`; those that libraries add may hold anybody's text. */
function errorFields(error: unknown) {
  return error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : String(error)
}
