import 'server-only'
import { Socket } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { publicLookup, refusedLiteral } from './guard'

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

/**
 * A pool of connections. `publicOnly`: to addresses of the public internet alone. Timeouts are the caller's. With a
 * `pipelining` of 0, undici keeps no connection for a further request.
 */
function createAgent(publicOnly: boolean, { pipelining = 1 } = {}): Agent {
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
      const refused = publicOnly ? refusedLiteral(options.hostname) : null
      if (refused !== null) {
        callback(refused, null)
        return
      }
      const signal = requester
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
    },
  })
}

export const openAgent = createAgent(false)
export const publicAgent = createAgent(true)
/** Those that dial for each request. */
export const freshOpenAgent = createAgent(false, { pipelining: 0 })
export const freshPublicAgent = createAgent(true, { pipelining: 0 })
