import 'server-only'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** A range of addresses: `10.0.0.0/8`, or one address alone. */
export interface Network {
  address: Address
  bits: number
}

/** How many proxies stand in front, or which addresses they have. */
export type TrustedProxies = number | Network[]

/** Proxies on the machine itself, where nobody says otherwise. */
const LOOPBACK = '127.0.0.0/8, ::1'
/** IPv4 addresses that are written as IPv6 ones begin after so many bits. */
const MAPPED_BITS = 96

/** Reads `RILL_TRUSTED_PROXIES`: a count, or a list of addresses and ranges. Null for what is neither. */
export function parseTrustedProxies(text = LOOPBACK): TrustedProxies | null {
  if (/^\d{1,2}$/.test(text.trim())) return Number(text)
  const networks = text.split(',').map((each) => parseNetwork(each.trim()))
  return networks.every((each) => each !== null) ? networks : null
}

/** Reads an address as a socket or a header names it, an IPv4 one also in the form of IPv6. Null for what is none. */
export function parseAddress(text: string): Address | null {
  // The library alone would take `10.1` and octal parts as well.
  return isIP(text) === 0 ? null : ipaddr.process(text)
}

/** Whether an address is in one of some networks. */
export function isWithin(address: Address, networks: Network[]): boolean {
  return networks.some(
    (network) => network.address.kind() === address.kind() && address.match(network.address, network.bits),
  )
}

/** What an address is counted by: an IPv6 one by its /64, since a single machine has all of that. */
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

/** Whether a host is this machine alone: by name, or by an address of its loopback range. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback')
}
