import 'server-only'
import { type LookupAddress, lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { blockedAddress, ProblemError } from './words'

/** An address that a person gave and that cannot be used. The message fits beside the field. */
export class BaseUrlError extends Error {
  override name = 'BaseUrlError'
}

/**
 * Reads a base URL as a person types it; gives it back without slashes at its end.
 * `publicOnly`: also refuses an address that is written out and not public. Names are checked when they are dialled.
 * @throws {BaseUrlError}
 */
export function parseBaseUrl(text: string, { publicOnly = false } = {}): string {
  const typed = text.trim()
  if (!/^https?:\/\//i.test(typed)) throw new BaseUrlError('The address must start with http:// or https://.')
  if (!URL.canParse(typed)) throw new BaseUrlError('This is not an address. Example: https://api.openai.com/v1')
  const url = new URL(typed)
  if (url.username !== '' || url.password !== '') {
    throw new BaseUrlError('The address must not hold a name or password. Put the key into its own field.')
  }
  if (url.search !== '' || url.hash !== '') throw new BaseUrlError('The address must end before any ? or #.')
  if (publicOnly && !isAllowedHost(url.hostname)) throw new BaseUrlError(blockedAddress.message)
  return url.href.replace(/\/+$/, '')
}

/** Whether a host may be dialled as far as can be told without resolving it. */
function isAllowedHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 ? !/(?:^|\.)localhost\.?$/i.test(host) : isPublicAddress(host)
}

/** Whether an IP address belongs to the public internet: not loopback, private, link-local, mapped, reserved or the like. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
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

/**
 * Resolves a name for a socket and lets only public addresses through. The socket dials what this answers, so that
 * no second look at the name can give another address. One address that is not public refuses the name.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error !== null) callback(error, '', 0)
    else {
      const first = addresses[0]
      const allowed = first !== undefined && addresses.every(({ address }) => isPublicAddress(address))
      if (!allowed) callback(new ProblemError(blockedAddress), '', 0)
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    }
  })
}

/** Refuses an address that is written out, which sockets dial without a lookup. */
export function refusedLiteral(hostname: string): ProblemError | null {
  return isIP(hostname) !== 0 && !isPublicAddress(hostname) ? new ProblemError(blockedAddress) : null
}
