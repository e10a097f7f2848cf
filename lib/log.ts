import 'server-only'
import { destination, type Logger, pino } from 'pino'
import { processSingleton } from '@/lib/process'

/** The process's logger: one JSON line per entry on standard error. Never log keys, or text that a person or a model wrote. */
export function log(): Logger {
  return processSingleton('log', () =>
    pino(
      { base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: errorFields } },
      destination({ dest: 2, sync: true }),
    ),
  )
}

/** An error's own fields aren't enumerable, so JSON would log `{}`. Fields that libraries add may hold people's text. */
function errorFields(error: unknown) {
  return error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : String(error)
}
