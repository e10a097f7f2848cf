import 'server-only'
import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { config } from '@/lib/config'
import { isWithin, networkOf, parseAddress, type TrustedProxies } from '@/lib/networks'
import { processSingleton } from '@/lib/process'

/** Holds the remote address of the socket. The server sets it on each request and replaces any value from outside. */
export const PEER_HEADER = 'x-rill-peer'

/**
 * Sets `PEER_HEADER` on the requests of every server of the process. lib/serve.mjs sets it too, since it may receive
 * requests before this runs; `next dev` has a server of its own.
 */
export function watchPeers(): void {
  processSingleton('peers', () => subscribe('http.server.request.start', setPeerHeader))
}

function setPeerHeader(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('request' in message)) return
  const { request } = message
  if (request instanceof IncomingMessage) request.headers[PEER_HEADER] = request.socket.remoteAddress ?? ''
}

/** Where a request came from, according to its socket and the proxies that the operator trusts. */
export interface Caller {
  /** The key that limits count by: the address, for IPv6 its /64; `unknown` if the socket has closed. */
  address: string
  /** Whether the browser's connection uses TLS. */
  secure: boolean
  /** The host that the browser requested, not checked yet. */
  host: string
  /** Whether the socket's peer is a trusted proxy. */
  proxied: boolean
}

/**
 * Returns the caller of a request. `X-Forwarded-*` counts only from a trusted proxy, and only its last address before
 * those of trusted proxies: clients can write anything further left.
 */
export function callerOf(headers: Headers): Caller {
  const { trustedProxies } = config()
  const peer = parseAddress(headers.get(PEER_HEADER) ?? '')
  const host = headers.get('host') ?? ''
  const hops = trustedHops(peer, listOf(headers, 'x-forwarded-for'), trustedProxies)
  if (hops === 0) return { address: peer ? networkOf(peer) : 'unknown', secure: false, host, proxied: false }
  const address = addressBefore(listOf(headers, 'x-forwarded-for'), hops) ?? peer
  return {
    address: address ? networkOf(address) : 'unknown',
    secure: entryBefore(listOf(headers, 'x-forwarded-proto'), hops)?.toLowerCase() === 'https',
    host: entryBefore(listOf(headers, 'x-forwarded-host'), hops) ?? host,
    proxied: true,
  }
}

/** The key that limits count a request's address by. */
export function addressOf(request: { headers: Headers }): string {
  return callerOf(request.headers).address
}

/** Counts the trusted proxies that a request came through: the peer, and those before it in the list. */
function trustedHops(peer: ReturnType<typeof parseAddress>, forwarded: string[], trusted: TrustedProxies): number {
  if (peer === null) return 0
  // With fewer entries than proxies, the request bypassed some of them, and anyone may have written the entries.
  if (typeof trusted === 'number') return forwarded.length >= trusted ? trusted : 0
  if (!isWithin(peer, trusted)) return 0
  const fromRight = forwarded.toReversed().map(hopAddress)
  const untrusted = fromRight.findIndex((address) => address === null || !isWithin(address, trusted))
  return untrusted < 0 ? Math.max(1, fromRight.length) : untrusted + 1
}

/** The address at a hop, or if that isn't one, the nearest address on the side of the server. */
function addressBefore(forwarded: string[], hops: number) {
  for (let hop = hops; hop > 0; hop--) {
    const address = hopAddress(forwarded.at(-hop) ?? '')
    if (address) return address
  }
  return null
}

/** A proxy that replaces a header leaves one entry; proxies that append leave one per hop. */
function entryBefore(entries: string[], hops: number): string | undefined {
  return entries.at(-Math.min(hops, entries.length))
}

function listOf(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? '').split(',').flatMap((entry) => entry.trim() || [])
}

/** Some proxies include the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function hopAddress(hop: string) {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop
  return parseAddress(bare)
}
