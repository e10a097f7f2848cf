import 'server-only'
import { destination, type Logger, pino } from 'pino'
import { oncePerProcess } from '@/lib/process'

/** The process's log: one JSON line an entry on standard error. Never a key, never text that a person or a model wrote. */
export function log(): Logger {
  return oncePerProcess('log', () =>
    pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ dest: 2, sync: true })),
  )
}
