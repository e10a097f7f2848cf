import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A server that accepts connections and never responds, on a free port of 127.0.0.1. */
export interface SilentServer {
  port: number
  /** The first connection. */
  connected: Promise<Socket>
  stop(): Promise<void>
}

export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    // Resets are expected.
    socket.on('error', () => undefined)
    socket.resume()
  })
  const connected = once(server, 'connection').then(([socket]): Socket => socket)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The silent server has no port')
  return {
    port: address.port,
    connected,
    async stop() {
      const closed = once(server, 'close')
      for (const socket of sockets) socket.destroy()
      server.close()
      await closed
    },
  }
}
