import 'server-only'
import { type LookupAddress, lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { unquoted, withoutEndpoint } from '@/lib/protocol/pasted'
import { blockedAddress, blockedName, blockedPort, ProblemError } from '../errors/messages'
import { portOf } from './tunnel'

/** An address that a person gave and that cannot be used. The message fits beside the field. */
export class BaseUrlError extends Error {
  override name = 'BaseUrlError'
}

/** Names under which servers take a key in the address, where a page would show it. */
const secretNames = /^(?:api[-_]?key|key|subscription-key|access[-_]?token|token|code|sig|secret|password)$/i

/**
 * Reads a base URL as a person types or pastes it; gives it back without slashes at its end. A query is kept.
 * `publicOnly`: also refuses an address that is written out and not public. Names are checked when they are dialled.
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

/** A host that is typed without its scheme. Secure, unless it is on this machine or its network, where servers seldom are. */
function withScheme(typed: string): string {
  const [, host] =
    /^((?:[\p{L}\d-]+\.)+[\p{L}\d-]+|localhost|[\p{L}\d-]+(?=:\d)|\[[\da-f:.]+\])(?::\d+)?(?:[/?]|$)/iu.exec(typed) ??
    []
  if (host === undefined) return typed
  const address = host.replace(/^\[|\]$/g, '')
  const isNear =
    isIP(address) === 0
      ? !address.includes('.') || /\.(?:local|lan|home|internal|localhost)$/i.test(address)
      : !isPublicAddress(address)
  return `${isNear ? 'http' : 'https'}://${typed}`
}

/** Whether a host may be dialled as far as can be told without resolving it. */
function isAllowedHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? !/(?:^|\.)localhost\.?$/i.test(host) : isPublicAddress(host)
}

/** It looks public, and is where Azure's own services answer each of its machines. */
const AZURE_PLATFORM = '168.63.129.16'

/** Whether an IP address belongs to the public internet: not loopback, private, link-local, mapped, reserved or the like. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address === AZURE_PLATFORM) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  // All that is routed today lies in 2000::/3; outside are old forms that embed IPv4 addresses.
  return (
    parsed.kind() === 'ipv4' ||
    parsed
      .toByteArray()
      .slice(0, 1)
      .every((first) => first >> 5 === 1)
  )
}

/** Ports from 1024 on that browsers refuse too, since other protocols live there: https://fetch.spec.whatwg.org/#port-blocking */
const badPorts = new Set([
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566],
  ...[6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
])

/** Whether a port may be dialled where only public addresses are: that of the web, or one that any program may open. */
export function isAllowedPort(port: number): boolean {
  return port === 80 || port === 443 || (port >= 1024 && !badPorts.has(port))
}

/**
 * Resolves a name for a socket and lets only public addresses through. The socket dials what this answers, so that
 * no second look at the name can give another address. One address that is not public refuses the name, in the same
 * words as a name that does not exist: they must not tell which names the inner network has.
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

/** The public address of a host, by its name or written out. @throws {ProblemError} when it has none. */
export function publicAddressOf(hostname: string): Promise<string> {
  return new Promise((give, refuse) => {
    publicLookup(hostname.replace(/^\[|\]$/g, ''), {}, (error, address) => {
      if (error !== null || typeof address !== 'string') refuse(error ?? new ProblemError(blockedName))
      else give(address)
    })
  })
}

/** Refuses a port, and an address that is written out, which sockets dial without a lookup. */
export function refusalOf(hostname: string, port: number): ProblemError | null {
  if (!isAllowedPort(port)) return new ProblemError(blockedPort)
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 && !isPublicAddress(hostname.replace(/^\[|\]$/g, ''))
    ? new ProblemError(blockedAddress)
    : null
}
