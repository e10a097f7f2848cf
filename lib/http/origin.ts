import 'server-only'
import { hostname } from 'node:os'
import ipaddr from 'ipaddr.js'
import { config } from '@/lib/config'
import { isLoopback } from '@/lib/networks'
import { Refused } from '@/lib/refused'
import { callerOf } from './address'

/**
 * Refuses requests that another site's page makes a browser send: a foreign `Origin` or `Sec-Fetch-Site`, or, after DNS
 * rebinding, a foreign `Host`.
 * @throws {Refused} 403
 */
export function checkOrigin(headers: Headers): void {
  const { host, secure, proxied } = callerOf(headers)
  // Both are checked: a page under a rebound name can send `X-Forwarded-Host` itself.
  if (!hostAllowed(headers.get('host') ?? '') || !hostAllowed(host)) {
    throw refusal(
      `Rill doesn’t accept requests for this host name. Open it by its IP address or as localhost, or add the name to RILL_HOSTS.`,
    )
  }
  const site = headers.get('sec-fetch-site')
  if (site === 'cross-site' || site === 'same-site') throw refusal(otherSites)
  const origin = headers.get('origin')
  if (origin === null || isOrigin(origin, secure ? 'https' : 'http', host)) return
  if (secure || !isOrigin(origin, 'https', host)) throw refusal(otherSites)
  throw refusal(
    proxied
      ? 'This page was loaded over https, but no trusted proxy says so. Have the proxy with the certificate send X-Forwarded-Proto, and include it in RILL_TRUSTED_PROXIES.'
      : 'This page was loaded over https, but Rill doesn’t trust the proxy in front of it. Add it to RILL_TRUSTED_PROXIES.',
  )
}

/** This server's origin as the browser sees it; null under a foreign host name. */
export function originOf(headers: Headers): string | null {
  const { host, secure } = callerOf(headers)
  return hostAllowed(host) && hostAllowed(headers.get('host') ?? '') ? `${secure ? 'https' : 'http'}://${host}` : null
}

const otherSites = 'Rill doesn’t accept requests from other sites.'

/** Whether a `Host` header names this server: loopback, an IP address, the machine's name, or one of `RILL_HOSTS`. */
export function hostAllowed(host: string): boolean {
  const { password, hosts, host: listening } = config()
  const name = nameOf(host)
  if (name === null) return false
  if (name === 'localhost' || name.endsWith('.localhost') || hosts.includes(name)) return true
  const address = name.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(address)) return !isLoopback(listening) || ipaddr.parse(address).range() === 'loopback'
  if (isLoopback(listening)) return false
  // A browser sends no session cookie under a rebound name, so with a password it sees only the sign-in page.
  return password !== null || [hostname(), `${hostname()}.local`].map((own) => own.toLowerCase()).includes(name)
}

function nameOf(host: string): string | null {
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return null
  return new URL(`http://${host}`).hostname
}

/** Compares an `Origin` with a scheme and host. A default port is the same as none. */
function isOrigin(origin: string, scheme: 'http' | 'https', host: string): boolean {
  const own = `${scheme}://${host}`
  return URL.canParse(origin) && URL.canParse(own) && new URL(origin).origin === new URL(own).origin
}

function refusal(message: string): Refused {
  return new Refused(403, { kind: 'forbidden', message })
}
