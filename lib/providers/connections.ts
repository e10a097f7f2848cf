import 'server-only'
import { createHash } from 'node:crypto'
import { config } from '@/lib/config'
import type { ProviderRow } from '@/lib/database/schema'
import { processSingleton } from '@/lib/process'
import { type Connection, noCapabilities } from '@/lib/upstream/connection'
import { demoFetch } from '@/lib/upstream/demo/fetch'
import { capabilitiesOf, rememberAdaptation } from './capabilities'
import { type Credentials, credentialsOf } from './keys'
import { localServer } from './local'

export const DEMO = 'demo'
/** Prefix of the operator's provider id. */
export const ENVIRONMENT = 'environment-'

/** The operator's upstream, from the environment; null when none is set. */
export async function environmentConnection(): Promise<Connection | null> {
  const { upstream } = config()
  if (!upstream) return null
  // One object for all starts, so that the SDK's client is made once.
  const kept = processSingleton<{ connection: Connection | null }>('environment connection', () => ({
    connection: null,
  }))
  const address = { name: environmentName(upstream.baseUrl), baseUrl: upstream.baseUrl }
  const credentials = { apiKey: upstream.apiKey, headers: {} }
  // A hash, since the id goes to browsers and the address may reveal the operator's network.
  const digest = createHash('sha256').update(upstream.baseUrl).digest('hex').slice(0, 12)
  if (!kept.connection) {
    const connection = await createConnection(`${ENVIRONMENT}${digest}`, address, credentials, false)
    connection.setByOperator = true
    kept.connection ??= connection
  }
  return kept.connection
}

/** The display name of the operator's upstream: as configured, or the usual name of a well-known one. */
export function environmentName(baseUrl: string): string {
  return config().providerName ?? wellKnown.get(new URL(baseUrl).host) ?? 'This server'
}

const wellKnown = new Map([
  ['api.openai.com', 'OpenAI'],
  ['openrouter.ai', 'OpenRouter'],
  ['generativelanguage.googleapis.com', 'Gemini'],
  ['api.anthropic.com', 'Anthropic'],
  ['api.mistral.ai', 'Mistral'],
  ['api.groq.com', 'Groq'],
  ['api.deepseek.com', 'DeepSeek'],
  ['api.together.xyz', 'Together'],
  ['api.x.ai', 'xAI'],
])

/** A provider that a person entered, so its address is guarded. */
export async function ownConnection(row: ProviderRow): Promise<Connection> {
  const { firstTokenTimeoutMs, idleTimeoutMs } = row
  const connection = await createConnection(row.id, row, credentialsOf(row), true)
  connection.timeoutOverrides = { firstTokenTimeoutMs, idleTimeoutMs }
  return connection
}

/** A local server by its id, or null when there is no such server. */
export async function localConnection(id: string): Promise<Connection | null> {
  const server = localServer(id)
  if (!server) return null
  const connection = await createConnection(id, server, noCredentials, false)
  connection.local = true
  return connection
}

/** Rill's demo model, in this process. */
export function demoConnection(): Connection {
  return processSingleton<Connection>('demo connection', () => ({
    ...noCredentials,
    providerId: DEMO,
    name: 'Demo model',
    baseUrl: 'http://demo.invalid/v1',
    guarded: false,
    capabilities: noCapabilities,
    remember() {},
    fetch: demoFetch,
  }))
}

const noCredentials: Credentials = { apiKey: null, headers: {} }

async function createConnection(
  providerId: string,
  { name, baseUrl }: { name: string; baseUrl: string },
  credentials: Credentials,
  guarded: boolean,
): Promise<Connection> {
  const connection: Connection = {
    ...credentials,
    providerId,
    name,
    baseUrl,
    guarded,
    capabilities: await capabilitiesOf(providerId),
    remember(model, adaptation) {
      connection.capabilities = rememberAdaptation(providerId, model, adaptation)
    },
  }
  return connection
}
