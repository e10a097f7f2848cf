import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give to connections, so that none takes the port before its server listens. */
const FIRST = 20_000
const COUNT = 12_000

/** A TCP port of loopback that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  )
  server.listen(port, '127.0.0.1')
  if (!(await listening)) return false
  server.close()
  await once(server, 'close')
  return true
}
