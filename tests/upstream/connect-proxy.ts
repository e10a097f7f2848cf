import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'

/** A proxy as in company networks, which only opens tunnels. */
export interface ConnectProxy {
  url: string
  /** Each `CONNECT` received: its target and credentials. */
  tunnels: { target: string; authorization: string | undefined }[]
  /** Names that only this proxy knows: `name:port` to a loopback port. */
  names: Map<string, number>
  /** The status of further tunnels; 200 opens them, 0 never responds. */
  status: number
  /** Open tunnels and pending requests. */
  open(): number
  stop(): Promise<void>
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startConnectProxy(): Promise<ConnectProxy> {
  const sockets = new Set<Socket>()
  const proxy: ConnectProxy = {
    url: '',
    tunnels: [],
    names: new Map(),
    status: 200,
    open: () => sockets.size,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  const server = createServer((_, response) => {
    response.writeHead(405).end()
  })
  server.on('connect', ({ url = '', headers }, socket: Socket, head: Buffer) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    proxy.tunnels.push({ target: url, authorization: headers['proxy-authorization'] })
    if (proxy.status === 0) return
    if (proxy.status !== 200) {
      socket.end(`HTTP/1.1 ${proxy.status} No\r\n\r\n`)
      return
    }
    const { hostname, port } = new URL(`http://${url}`)
    const known = proxy.names.get(url)
    const onward = known ? connect(known, '127.0.0.1') : connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''))
    onward.on('error', () => socket.destroy())
    onward.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      socket.pipe(onward).pipe(socket)
      socket.on('close', () => onward.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  proxy.url = `http://127.0.0.1:${address.port}`
  return proxy
}
