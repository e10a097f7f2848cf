import 'server-only'
import { z } from 'zod'
import { listenTo, notify } from '@/lib/database/notify'
import { log } from '@/lib/log'
import { runs } from './runs'

/** What can be asked of a running generation, on whichever instance it runs. */
const signal = z.object({ generationId: z.string(), ask: z.enum(['stop', 'retry']) })
const signalJson = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('no JSON')
      return z.NEVER
    }
  })
  .pipe(signal)
export type Signal = z.infer<typeof signal>

/** Obeys, from now on, what other instances ask of the generations that run here. */
export function listenForSignals(): void {
  listenTo(channelOf(runs().instanceId), (text) => {
    const asked = signalJson.safeParse(text)
    // An instance of a later version may ask for what this one does not know.
    if (asked.success) obey(asked.data)
    else log().warn('another instance sent an unknown command')
  })
}

/**
 * Asks the instance that runs a generation for something, by way of the database, which all instances share whether or
 * not there is a Redis. Asking twice does no harm, and an ask that is not heard is lost: ask until it shows.
 * @throws {Error} when the database is away.
 */
export async function ask(instanceId: string, signal: Signal): Promise<void> {
  if (instanceId === runs().instanceId) obey(signal)
  else await notify(channelOf(instanceId), JSON.stringify(signal))
}

function obey({ generationId, ask }: Signal): void {
  const run = runs().get(generationId)
  if (ask === 'stop') void run?.stop()
  else run?.retryNow()
}

function channelOf(instanceId: string): string {
  return `rill ${instanceId}`
}
