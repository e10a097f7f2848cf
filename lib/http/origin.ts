import 'server-only'
import { hostname } from 'node:os'
import ipaddr from 'ipaddr.js'
import { config } from '@/lib/config'
import { Refused } from '@/lib/refused'

/**
 * Refuses requests that another site's page makes a browser send: a foreign `Origin` or `Sec-Fetch-Site`, and a `Host`
 * that is not ours, which is how DNS rebinding shows.
 * @throws {Refused} 403
 */
export function checkOrigin(headers: Headers): void {
  const host = headers.get('host') ?? ''
  if (!hostAllowed(host)) {
    throw refusal(
      `This address is not one that Rill answers to. Open it by its IP address or as localhost, or add the name to RILL_HOSTS.`,
    )
  }
  const site = headers.get('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') throw refusal('Rill does not take requests from other sites.')
  const origin = headers.get('origin')
  if (origin !== null && !sameHost(origin, host)) throw refusal('Rill does not take requests from other sites.')
}

/** Whether a `Host` header names this server: loopback, an IP address, the machine's own name, or one of `RILL_HOSTS`. */
export function hostAllowed(host: string): boolean {
  const { password, hosts, host: listening } = config()
  const name = nameOf(host)
  if (name === null) return false
  if (name === 'localhost' || name.endsWith('.localhost') || hosts.includes(name)) return true
  const address = name.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(address)) return !isLoopback(listening) || ipaddr.parse(address).range() === 'loopback'
  if (isLoopback(listening)) return false
  // A rebound name has no session of ours, so with a password it finds the sign-in page and nothing else.
  return password !== null || [hostname(), `${hostname()}.local`].map((own) => own.toLowerCase()).includes(name)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (ipaddr.isValid(host) && ipaddr.parse(host).range() === 'loopback')
}

function nameOf(host: string): string | null {
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return null
  return new URL(`http://${host}`).hostname
}

function sameHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  // With the origin's own scheme, so that a default port counts as none on both sides.
  return url.host === new URL(`${url.protocol}//${host}`).host
}

function refusal(message: string): Refused {
  return new Refused(403, { kind: 'forbidden', message })
}
