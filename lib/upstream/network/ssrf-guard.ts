import 'server-only'
import { type LookupAddress, lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { unquoted, withoutEndpoint } from '@/lib/protocol/pasted'
import { blockedAddress, blockedName, blockedPort, ProblemError } from '../errors/messages'
import { portOf } from './tunnel'

/** An unusable address that a person entered. The message fits beside the field. */
export class BaseUrlError extends Error {
  override name = 'BaseUrlError'
}

/** Query parameters that carry keys, which must not be shown with the address. */
const secretNames = /^(?:api[-_]?key|key|subscription-key|access[-_]?token|token|code|sig|secret|password)$/i

/**
 * Parses a base URL as typed or pasted; returns it without trailing slashes. A query is kept.
 * `publicOnly` also rejects literal addresses that aren't public. Names are checked when they are dialed.
 * @throws {BaseUrlError}
 */
export function parseBaseUrl(text: string, { publicOnly = false } = {}): string {
  const typed = withScheme(unquoted(text))
  if (!/^https?:\/\//i.test(typed)) throw new BaseUrlError('The address must start with http:// or https://.')
  if (!URL.canParse(typed)) throw new BaseUrlError('This isn’t a valid address. Example: https://api.openai.com/v1')
  const url = new URL(typed)
  if (url.username !== '' || url.password !== '') {
    throw new BaseUrlError('The address can’t contain a username or password. Put the API key in its own field.')
  }
  if ([...url.searchParams.keys()].some((name) => secretNames.test(name))) {
    throw new BaseUrlError('The address can’t contain an API key. Put the key in its own field.')
  }
  if (url.hash !== '') throw new BaseUrlError('The address can’t contain a #.')
  if (publicOnly) {
    if (!isAllowedHost(url.hostname)) throw new BaseUrlError(blockedAddress.message)
    if (!isAllowedPort(portOf(url))) throw new BaseUrlError(blockedPort.message)
  }
  return withoutEndpoint(url.href)
}

/** Adds a missing scheme: https, or http on this machine and its network, where TLS is rare. */
function withScheme(typed: string): string {
  const [, host] =
    /^((?:[\p{L}\d-]+\.)+[\p{L}\d-]+|localhost|[\p{L}\d-]+(?=:\d)|\[[\da-f:.]+\])(?::\d+)?(?:[/?]|$)/iu.exec(typed) ??
    []
  if (host === undefined) return typed
  const address = host.replace(/^\[|\]$/g, '')
  const isLocal =
    isIP(address) === 0
      ? !address.includes('.') || /\.(?:local|lan|home|internal|localhost)$/i.test(address)
      : !isPublicAddress(address)
  return `${isLocal ? 'http' : 'https'}://${typed}`
}

/** Whether a host may be dialed, as far as it shows without being resolved. */
function isAllowedHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? !/(?:^|\.)localhost\.?$/i.test(host) : isPublicAddress(host)
}

/** Azure's platform services use this address on each machine, although it looks public. */
const AZURE_PLATFORM = '168.63.129.16'

/** Whether an IP address belongs to the public internet: not loopback, private, link-local, mapped, reserved or the like. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address === AZURE_PLATFORM) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  // All routed addresses lie in 2000::/3; outside are old forms that embed IPv4 addresses.
  return (
    parsed.kind() === 'ipv4' ||
    parsed
      .toByteArray()
      .slice(0, 1)
      .every((first) => first >> 5 === 1)
  )
}

/** Ports from 1024 on that browsers block because other protocols use them: https://fetch.spec.whatwg.org/#port-blocking */
const badPorts = new Set([
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566],
  ...[6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
])

/** Whether a port may be dialed where only public addresses are allowed: the web's own, or any unprivileged one. */
export function isAllowedPort(port: number): boolean {
  return port === 80 || port === 443 || (port >= 1024 && !badPorts.has(port))
}

/**
 * Resolves a name for a socket, to public addresses only. The socket dials the result, so that no second lookup can
 * return another address. One private address rejects the name, with the same message as an unknown name: the message
 * must not reveal which names the internal network has.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const first = error === null ? addresses[0] : undefined
    const allowed = first !== undefined && addresses.every(({ address }) => isPublicAddress(address))
    if (!allowed) callback(new ProblemError(blockedName), '', 0)
    else if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

/** The public address of a host, given by name or literally. @throws {ProblemError} when it has none. */
export function publicAddressOf(hostname: string): Promise<string> {
  return new Promise((resolveAddress, reject) => {
    publicLookup(hostname.replace(/^\[|\]$/g, ''), {}, (error, address) => {
      if (error !== null || typeof address !== 'string') reject(error ?? new ProblemError(blockedName))
      else resolveAddress(address)
    })
  })
}

/** The error for a blocked port or literal address, which sockets dial without a lookup. */
export function blockedTarget(hostname: string, port: number): ProblemError | null {
  if (!isAllowedPort(port)) return new ProblemError(blockedPort)
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 && !isPublicAddress(hostname.replace(/^\[|\]$/g, ''))
    ? new ProblemError(blockedAddress)
    : null
}
