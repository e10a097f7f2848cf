import 'server-only'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'
import { config } from '@/lib/config'
import { ProblemError, problemOf } from '../errors/messages'

const PROXY_TIMEOUT_MS = 10_000

/** The target of a request, as undici describes it. */
export interface Destination {
  protocol: string
  hostname: string
  port: string
}

/** The proxy for a server, by `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; null to connect directly. */
export function proxyTo({ protocol, hostname, port }: Destination): URL | null {
  const { proxies } = config()
  const proxy = protocol === 'https:' ? proxies.https : proxies.http
  return proxy && !isExcepted(proxies.except, hostname, portOf({ protocol, port })) ? proxy : null
}

/** The port of a destination, which undici omits when it is the protocol's default. */
export function portOf({ protocol, port }: Pick<Destination, 'protocol' | 'port'>): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

/** Matches `NO_PROXY` as other programs do: hosts and their subdomains, with or without a port, or `*`. */
function isExcepted(except: string[], hostname: string, port: number): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  return except.some((entry) => {
    if (entry === '*') return true
    const [, name = entry, only] = /^(.*[^:]|\[.*\]):(\d+)$/.exec(entry) ?? []
    const bare = name.replace(/^\*?\./, '').replace(/^\[|\]$/g, '')
    return (only === undefined || Number(only) === port) && (host === bare || host.endsWith(`.${bare}`))
  })
}

/**
 * Asks a proxy for a connection to `target`, a host with its port, and resolves to its socket.
 * @throws {ProblemError} when the proxy refuses or cannot be reached.
 */
export function openTunnel(proxy: URL, target: string, signal: AbortSignal | null): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const secure = proxy.protocol === 'https:'
    const request = (secure ? secureRequest : plainRequest)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(proxy),
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...authorizationFor(proxy) },
      agent: false,
      timeout: PROXY_TIMEOUT_MS,
      ...(signal ? { signal } : {}),
    })
    request.once('connect', (response, socket: Socket, head) => {
      const { statusCode = 0 } = response
      if (statusCode < 200 || statusCode >= 300) {
        socket.destroy()
        reject(new ProblemError(refusedByProxy(statusCode)))
        return
      }
      socket.setTimeout(0).setNoDelay(true)
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    request.once('timeout', () => request.destroy(new ProblemError(proxyUnreachable)))
    request.once('error', () => reject(new ProblemError(proxyUnreachable)))
    request.end()
  })
}

function authorizationFor({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const credentials = `${decoded(username)}:${decoded(password)}`
  return { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** A password may contain an unescaped percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

const proxyUnreachable = problemOf('network', {
  message:
    'Couldn’t reach the network’s proxy. Ask whoever runs this server to check HTTP_PROXY and HTTPS_PROXY, then try again.',
})

function refusedByProxy(status: number) {
  const cause =
    status === 407
      ? 'requires a username and password'
      : status >= 500
        ? 'couldn’t reach the provider'
        : 'refused the connection'
  return problemOf('network', {
    message: `The network’s proxy ${cause} (${status}). Ask whoever runs this server to check HTTP_PROXY and HTTPS_PROXY.`,
    retryable: status >= 500,
  })
}
