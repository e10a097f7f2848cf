import 'server-only'
import { isIPv6, Socket } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { blockedTarget, publicAddressOf, publicLookup } from './ssrf-guard'
import { openTunnel, portOf, proxyTo } from './tunnel'

/** The signal of the request that is being dispatched right now, for the case that undici dials for it. */
let requester: AbortSignal | null = null
let dialed = false

/**
 * Runs `request`, an undici request, so that an abort of `signal` destroys the socket it dials: undici itself goes on
 * dialing for an aborted request. undici dials within the call, which is what ties the two together.
 * Returns whether it dialed; otherwise the request uses a pooled connection.
 */
export function dialFor(signal: AbortSignal | null, request: () => unknown): { dialed: boolean } {
  requester = signal
  dialed = false
  try {
    request()
    return { dialed }
  } finally {
    requester = null
  }
}

/** Lets a paused body stop reads at once: with undici's 64 kB, the socket would read on. */
const socketOptions = { highWaterMark: 1 }

interface AgentOptions {
  /** Connects to public addresses only. */
  publicOnly?: boolean
  /** Bypasses any proxy. */
  direct?: boolean
}

/** An agent with a connection pool, and one that dials for each request. */
function createAgents(options: AgentOptions = {}): { pooled: Agent; fresh: Agent } {
  // With a `pipelining` of 0, undici reuses no connection.
  return { pooled: createAgent(options, 1), fresh: createAgent(options, 0) }
}

/** Connects through the configured proxy, if any. Timeouts are the caller's. */
function createAgent({ publicOnly = false, direct = false }: AgentOptions, pipelining: number): Agent {
  const options: buildConnector.BuildOptions & typeof socketOptions = { ...socketOptions }
  if (publicOnly) options.lookup = publicLookup
  const dial = buildConnector(options)
  return new Agent({
    pipelining,
    headersTimeout: 0,
    bodyTimeout: 0,
    // Closes idle connections well before servers do: a request sent just then would fail.
    keepAliveTimeout: 3000,
    keepAliveTimeoutThreshold: 2000,
    connect(options, callback) {
      dialed = true
      const blocked = publicOnly ? blockedTarget(options.hostname, portOf(options)) : null
      if (blocked !== null) {
        callback(blocked, null)
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
    if (socket instanceof Socket) socket.destroy(new Error('The request was aborted while dialing'))
  }
  const socket: unknown = dial(options, (...result) => {
    signal.removeEventListener('abort', abandon)
    callback(...result)
  })
  signal.addEventListener('abort', abandon, { once: true })
}

interface DialOptions {
  dial: buildConnector.connector
  publicOnly: boolean
  signal: AbortSignal | null
}

/**
 * Dials through a proxy. With `publicOnly`, the proxy gets the address that was checked here and not the name, which it
 * might resolve to another.
 */
function dialThrough(
  proxy: URL,
  options: buildConnector.Options,
  { dial, publicOnly, signal }: DialOptions,
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

export const defaultAgents = createAgents()
export const publicAgents = createAgents({ publicOnly: true })
/** For servers on this machine. */
export const localAgents = createAgents({ direct: true })
