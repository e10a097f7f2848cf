import 'server-only'
import OpenAI, { type APIError } from 'openai'
import { config } from '@/lib/config'
import type { Connection } from './connection'
import { defaultAgents, localAgents, publicAgents } from './network/dial'
import { createFetch } from './network/fetch'

const defaultFetch = createFetch(defaultAgents.pooled, defaultAgents.fresh)
const publicFetch = createFetch(publicAgents.pooled, publicAgents.fresh)
const localFetch = createFetch(localAgents.pooled, localAgents.fresh)

/** The SDK's client, without its retries and logs: Rill's retries are visible, and the SDK's logs contain messages. */
class Client extends OpenAI {
  /** Keeps the whole error body: the SDK drops fields beside or instead of `error`, and lists. */
  protected override makeStatusError(
    status: number,
    error: unknown,
    message: string | undefined,
    headers: Headers,
  ): APIError {
    return super.makeStatusError(status, { error }, message, headers)
  }
}

const clients = new WeakMap<Connection, Client>()

/** The client of a connection, created once per connection. @throws {TypeError} when one of its headers is invalid. */
export function clientOf(connection: Connection): Client {
  const client = clients.get(connection) ?? createClient(connection)
  clients.set(connection, client)
  return client
}

function createClient(connection: Connection): Client {
  const { baseURL, defaultQuery } = addressOf(connection.baseUrl)
  return new Client({
    baseURL,
    defaultQuery,
    // The SDK requires a key; without one, its header is removed below.
    apiKey: connection.apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    logLevel: 'off',
    defaultHeaders: {
      'User-Agent': 'Rill',
      ...withoutFingerprint,
      ...inheritedHeaders(),
      ...(connection.apiKey === null ? { Authorization: null } : {}),
      ...connection.headers,
    },
    fetch: connection.fetch ?? networkFetch(connection),
  })
}

function networkFetch({ guarded, local }: Connection): typeof globalThis.fetch {
  if (guarded && config().publicProvidersOnly) return publicFetch
  return local ? localFetch : defaultFetch
}

/** Splits off the query that a base URL may have, as Azure's do: it follows each request's path. */
function addressOf(baseUrl: string): { baseURL: string; defaultQuery: Record<string, string> | undefined } {
  if (!baseUrl.includes('?')) return { baseURL: baseUrl, defaultQuery: undefined }
  const { origin, pathname, searchParams } = new URL(baseUrl)
  return { baseURL: origin + pathname.replace(/\/+$/, ''), defaultQuery: Object.fromEntries(searchParams) }
}

/** Removes the SDK's headers about the machine it runs on. */
const withoutFingerprint = Object.fromEntries(
  [
    'Lang',
    'Package-Version',
    'OS',
    'Arch',
    'Runtime',
    'Runtime-Version',
    'Retry-Count',
    'Timeout',
    'Helper-Method',
  ].map((name) => [`X-Stainless-${name}`, null]),
)

/** Removes the operator's `OPENAI_CUSTOM_HEADERS`, which the SDK would send to every provider. */
function inheritedHeaders(): Record<string, null> {
  return Object.fromEntries(config().customHeaders.map((name) => [name, null]))
}
