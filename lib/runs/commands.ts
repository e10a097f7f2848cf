import 'server-only'
import { z } from 'zod'
import { notify, subscribe } from '@/lib/database/notify'
import { instanceId } from '@/lib/instances/instance-id'
import { log } from '@/lib/log'
import { runs } from './runs'

/** What one instance can tell another to do with a generation that it runs. */
const command = z.object({ generationId: z.string(), ask: z.enum(['stop', 'retry']) })
export type Command = z.infer<typeof command>

const commandJson = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('no JSON')
      return z.NEVER
    }
  })
  .pipe(command)

/** Handles the commands that other instances send to this one, from now on. */
export function listenForCommands(): void {
  subscribe(channelOf(instanceId()), (text) => {
    const received = commandJson.safeParse(text)
    // An instance of a later version may send a command that this one doesn't know.
    if (received.success) handleCommand(received.data)
    else log().warn('another instance sent an unknown command')
  })
}

/**
 * Sends a command to the instance that runs a generation, by way of the database: all instances share it, with or without
 * Redis. Commands are idempotent, and one may be lost: send it again until its effect shows.
 * @throws {Error} when the database is away.
 */
export async function sendCommand(to: string, sent: Command): Promise<void> {
  if (to === instanceId()) handleCommand(sent)
  else await notify(channelOf(to), JSON.stringify(sent))
}

function handleCommand({ generationId, ask }: Command): void {
  const run = runs().get(generationId)
  if (ask === 'stop') void run?.stop()
  else run?.retryNow()
}

function channelOf(instance: string): string {
  return `rill ${instance}`
}
