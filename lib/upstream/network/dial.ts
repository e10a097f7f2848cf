import 'server-only'
import { isIPv6, Socket } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { publicAddressOf, publicLookup, refusalOf } from './ssrf-guard'
import { openTunnel, portOf, proxyTo } from './tunnel'

/** The signal of the request that is being handed to undici right now, if it dials for it. */
let requester: AbortSignal | null = null
let dialled = false

/**
 * Runs `request`, an undici request, such that a socket which it has to dial dies with `signal`.
 * undici itself goes on dialling for a request that was aborted. It starts to dial within the call, which is what
 * ties the two together. Gives whether it did dial: otherwise the request goes over a connection that was kept.
 */
export function dialFor(signal: AbortSignal | null, request: () => unknown): { dialled: boolean } {
  requester = signal
  dialled = false
  try {
    request()
    return { dialled }
  } finally {
    requester = null
  }
}

/** A body that is paused leaves what comes to the system. With the 64 kB that undici asks for, the socket reads on. */
const socketOptions = { highWaterMark: 1 }

interface AgentOptions {
  /** To addresses of the public internet alone. */
  publicOnly?: boolean
  /** Never through a proxy. */
  direct?: boolean
}

/** A pool of connections, and an agent beside it that dials for each request. */
function createAgents(options: AgentOptions = {}): { keeping: Agent; fresh: Agent } {
  // With a `pipelining` of 0, undici keeps no connection for a further request.
  return { keeping: createAgent(options, 1), fresh: createAgent(options, 0) }
}

/** Connections go through the network's proxy where there is one. Timeouts are the caller's. */
function createAgent({ publicOnly = false, direct = false }: AgentOptions, pipelining: number): Agent {
  const options: buildConnector.BuildOptions & typeof socketOptions = { ...socketOptions }
  if (publicOnly) options.lookup = publicLookup
  const dial = buildConnector(options)
  return new Agent({
    pipelining,
    headersTimeout: 0,
    bodyTimeout: 0,
    // A server that closes an idle connection while a request is on its way fails that request: let go well before it does.
    keepAliveTimeout: 3000,
    keepAliveTimeoutThreshold: 2000,
    connect(options, callback) {
      dialled = true
      const refused = publicOnly ? refusalOf(options.hostname, portOf(options)) : null
      if (refused !== null) {
        callback(refused, null)
        return
      }
      const signal = requester
      const proxy = direct ? null : proxyTo(options)
      if (proxy === null) dialTied(dial, options, signal, callback)
      else dialThrough(proxy, options, { dial, publicOnly, signal }, callback)
    },
  })
}

/** Dials; an abort of `signal` destroys the socket. */
function dialTied(
  dial: buildConnector.connector,
  options: buildConnector.Options,
  signal: AbortSignal | null,
  callback: buildConnector.Callback,
): void {
  if (signal === null) {
    dial(options, callback)
    return
  }
  const abandon = () => {
    if (socket instanceof Socket) socket.destroy(new Error('The request was aborted while dialling'))
  }
  const socket: unknown = dial(options, (...result) => {
    signal.removeEventListener('abort', abandon)
    callback(...result)
  })
  signal.addEventListener('abort', abandon, { once: true })
}

interface Dialling {
  dial: buildConnector.connector
  publicOnly: boolean
  signal: AbortSignal | null
}

/**
 * Dials through a proxy. Where only public addresses are allowed, the proxy is told the address that was checked here,
 * not the name: it would resolve that itself, and could be led elsewhere.
 */
function dialThrough(
  proxy: URL,
  options: buildConnector.Options,
  { dial, publicOnly, signal }: Dialling,
  callback: buildConnector.Callback,
): void {
  const open = async () => {
    const host = publicOnly ? await publicAddressOf(options.hostname) : options.hostname
    const target = `${isIPv6(host) ? `[${host}]` : host}:${portOf(options)}`
    return await openTunnel(proxy, target, signal)
  }
  open().then(
    (socket) => {
      if (options.protocol === 'https:') dialTied(dial, { ...options, httpSocket: socket }, signal, callback)
      else callback(null, socket)
    },
    (error: unknown) => callback(error instanceof Error ? error : new Error('The proxy failed'), null),
  )
}

export const openAgents = createAgents()
export const publicAgents = createAgents({ publicOnly: true })
/** For servers on this machine. */
export const localAgents = createAgents({ direct: true })
