import { WebSocket } from 'undici'
import * as z from 'zod'
import type { RillServer } from '../../rill-server'

/** What `startRill` needs in its environment, so that its memory can be looked into. */
export const inspectable = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }

const memory = z.object({ heapUsed: z.number(), external: z.number(), rss: z.number() })
export type Memory = z.output<typeof memory>

const reply = z.object({
  id: z.number(),
  result: z.optional(z.object({ result: z.optional(z.object({ value: z.unknown() })) })),
})

/** A server's memory once all that nobody needs has been collected, in bytes: what is compared is what it holds. */
export async function memoryOf(rill: RillServer): Promise<Memory> {
  const address = /Debugger listening on (ws:\S+)/.exec(rill.logs())?.[1]
  if (!address) throw new Error('The server was not started to be inspected')
  const socket = new WebSocket(address)
  const answers = new Map<number, (value: unknown) => void>()
  let asked = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = reply.parse(JSON.parse(String(data)))
    answers.get(id)?.(result?.result?.value)
  })
  const ask = (method: string, params = {}) =>
    new Promise<unknown>((resolve) => {
      answers.set(++asked, resolve)
      socket.send(JSON.stringify({ id: asked, method, params }))
    })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error(`Nothing answers at ${address}`)))
  })
  // Twice: what the first one finalises, the second one frees.
  for (let time = 0; time < 2; time++) await ask('HeapProfiler.collectGarbage')
  const value = await ask('Runtime.evaluate', { expression: 'process.memoryUsage()', returnByValue: true })
  socket.close()
  return memory.parse(value)
}
