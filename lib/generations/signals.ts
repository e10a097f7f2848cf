import 'server-only'
import { z } from 'zod'
import { log } from '@/lib/log'
import { redis } from './redis'
import { runs } from './runs'

/** How long a signal waits for an instance that has lost its connection. */
const KEEP_MS = 60_000
const MAX_WAITING = 1_000

/** What can be asked of a running generation. */
const signal = z.object({ generationId: z.string(), ask: z.literal('stop') })
export type Signal = z.infer<typeof signal>

/** Does what is asked, if the generation runs here. Says whether it does. */
function obey({ generationId, ask }: Signal): boolean {
  const run = runs().get(generationId)
  if (ask === 'stop') void run?.stop()
  return run !== undefined
}

/** Obeys, from now on, what other instances ask of the generations that run here. */
export function listenForSignals(): void {
  redis()?.follow(inboxOf(runs().instanceId), '0-0', (entries) => {
    for (const { fields } of entries) {
      const parsed = signal.safeParse(JSON.parse(fields[1] ?? 'null'))
      if (parsed.success) obey(parsed.data)
    }
  })
}

/**
 * Asks something of a generation, wherever it runs. Gives whether the ask is on its way: false when it runs on another
 * instance that cannot be reached from here.
 */
export async function send(instanceId: string, asked: Signal): Promise<boolean> {
  if (obey(asked)) return true
  const connections = redis()
  if (!connections || instanceId === runs().instanceId) return false
  const inbox = inboxOf(instanceId)
  try {
    await connections.commands.xadd(inbox, 'MAXLEN', '~', MAX_WAITING, '*', 'signal', JSON.stringify(asked))
    await connections.commands.pexpire(inbox, KEEP_MS)
    return true
  } catch (error) {
    log().warn({ generationId: asked.generationId, error }, 'another instance could not be asked')
    return false
  }
}

function inboxOf(instanceId: string): string {
  return `rill:instance:${instanceId}`
}
