import 'server-only'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** A range of addresses: `10.0.0.0/8`, or a single address. */
export interface Network {
  address: Address
  bits: number
}

/** The number of proxies in front, or their addresses. */
export type TrustedProxies = number | Network[]

/** The default: proxies on this machine. */
const LOOPBACK = '127.0.0.0/8, ::1'
/** The length of the prefix `::ffff:` of IPv4-mapped IPv6 addresses. */
const MAPPED_BITS = 96

/** Parses `RILL_TRUSTED_PROXIES`: a count, or a list of addresses and ranges. Null if it is neither. */
export function parseTrustedProxies(text = LOOPBACK): TrustedProxies | null {
  if (/^\d{1,2}$/.test(text.trim())) return Number(text)
  const networks = text.split(',').map((each) => parseNetwork(each.trim()))
  return networks.every((each) => each !== null) ? networks : null
}

/** Parses an IP address; an IPv4-mapped IPv6 address becomes an IPv4 one. Null if it isn't an address. */
export function parseAddress(text: string): Address | null {
  // The library alone would also accept `10.1` and octal parts.
  return isIP(text) === 0 ? null : ipaddr.process(text)
}

/** Whether an address is in one of the networks. */
export function isWithin(address: Address, networks: Network[]): boolean {
  return networks.some(
    (network) => network.address.kind() === address.kind() && address.match(network.address, network.bits),
  )
}

/** The key that limits count an address by. For IPv6 it is the /64, since one machine usually has a whole one. */
export function networkOf(address: Address): string {
  if (!(address instanceof ipaddr.IPv6)) return address.toString()
  return `${new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0])}/64`
}

function parseNetwork(text: string): Network | null {
  const [start = '', size, ...more] = text.split('/')
  const address = parseAddress(start)
  if (address === null || more.length > 0 || (size !== undefined && !/^\d{1,3}$/.test(size))) return null
  const longest = isIP(start) === 4 ? 32 : 128
  const given = size === undefined ? longest : Number(size)
  const bits = longest === 128 && address.kind() === 'ipv4' ? given - MAPPED_BITS : given
  return bits >= 0 && given <= longest ? { address, bits } : null
}

/** Whether only this machine can reach a host: `localhost`, or an address of the loopback range. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback')
}
