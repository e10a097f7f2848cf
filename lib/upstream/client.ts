import 'server-only'
import OpenAI, { type APIError } from 'openai'
import { config } from '@/lib/config'
import type { Connection } from './connection'
import { localAgents, openAgents, publicAgents } from './network/dial'
import { createFetch } from './network/fetch'

const openFetch = createFetch(openAgents.keeping, openAgents.fresh)
const publicFetch = createFetch(publicAgents.keeping, publicAgents.fresh)
const localFetch = createFetch(localAgents.keeping, localAgents.fresh)

/** The SDK's client. It neither retries nor logs: retries are Rill's own and visible, and the SDK's logs hold messages. */
class Client extends OpenAI {
  /** Keeps the whole of an error body: the SDK drops what servers put beside or in place of `error`, or in a list. */
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

/** The client of a connection, made once for as long as the connection lives. @throws {TypeError} when a header of it cannot be sent. */
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
    // The SDK insists on a key; without one, the header that would carry it is left out below.
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
  return local ? localFetch : openFetch
}

/** A base URL may have a query, as Azure's do: it goes behind the path. */
function addressOf(baseUrl: string): { baseURL: string; defaultQuery: Record<string, string> | undefined } {
  if (!baseUrl.includes('?')) return { baseURL: baseUrl, defaultQuery: undefined }
  const { origin, pathname, searchParams } = new URL(baseUrl)
  return { baseURL: origin + pathname.replace(/\/+$/, ''), defaultQuery: Object.fromEntries(searchParams) }
}

/** The SDK tells each server about the machine that it runs on. */
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

/** The SDK adds the operator's `OPENAI_CUSTOM_HEADERS` to each request; a person's own server must not see them. */
function inheritedHeaders(): Record<string, null> {
  return Object.fromEntries(config().customHeaders.map((name) => [name, null]))
}
