import 'server-only'
import { config } from '@/lib/config'
import { isWithin, networkOf, parseAddress, type TrustedProxies } from '@/lib/networks'

/** Holds the address of the socket's other end. Whoever serves sets it on each request, so nobody outside can. */
export const PEER_HEADER = 'x-rill-peer'

/** Who a request came from and how, as far as the proxies that the operator trusts tell. */
export interface Caller {
  /** What limits count by: the address, an IPv6 one by its /64; `unknown` when the socket has none any more. */
  address: string
  /** Whether the browser's own connection is encrypted. */
  secure: boolean
  /** The host that the browser asked for, not checked yet. */
  host: string
  /** The socket's other end may say who is behind it. */
  proxied: boolean
}

/**
 * The caller of a request. `X-Forwarded-*` is believed only from a trusted proxy, and of the addresses in it only the one
 * before the trusted ones: whatever stands left of that, anybody can have written.
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

/** What the limits of an address count a request by. */
export function addressOf(request: { headers: Headers }): string {
  return callerOf(request.headers).address
}

/** How many trusted proxies a request has come through: the peer, and those before it in the list. */
function trustedHops(peer: ReturnType<typeof parseAddress>, forwarded: string[], trusted: TrustedProxies): number {
  if (peer === null) return 0
  // With fewer entries than proxies it came around some of them, and who wrote the entries is not known.
  if (typeof trusted === 'number') return forwarded.length >= trusted ? trusted : 0
  if (!isWithin(peer, trusted)) return 0
  const fromRight = forwarded.toReversed().map(hopAddress)
  const untrusted = fromRight.findIndex((address) => address === null || !isWithin(address, trusted))
  return untrusted < 0 ? Math.max(1, fromRight.length) : untrusted + 1
}

/** The address at a hop; where that is none, the last one that a trusted proxy has. */
function addressBefore(forwarded: string[], hops: number) {
  for (let hop = hops; hop > 0; hop--) {
    const address = hopAddress(forwarded.at(-hop) ?? '')
    if (address) return address
  }
  return null
}

/** A proxy that sets a header anew leaves one entry, one that appends leaves as many as there are hops. */
function entryBefore(entries: string[], hops: number): string | undefined {
  return entries.at(-Math.min(hops, entries.length))
}

function listOf(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? '').split(',').flatMap((entry) => entry.trim() || [])
}

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function hopAddress(hop: string) {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop
  return parseAddress(bare)
}
