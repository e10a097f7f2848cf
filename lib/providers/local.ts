import 'server-only'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { type Connection, noCapabilities } from '@/lib/upstream/connection'
import { listModels, type ModelNames } from '@/lib/upstream/models'

/** Default addresses of common local servers. */
const defaultServers = [
  { id: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { id: 'lmstudio', name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { id: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
] as const

const PROBE_TIMEOUT_MS = 500
const CACHE_MS = 10_000

export interface LocalServer extends ModelNames {
  id: string
  name: string
  baseUrl: string
}

/**
 * The local model servers that respond now, probed at most every ten seconds. None with `RILL_PUBLIC=1`: strangers may
 * not use what runs on the server's machine.
 */
export async function localServers(): Promise<LocalServer[]> {
  if (config().public) return []
  const cache = processSingleton<{ probedAt: number; found: Promise<LocalServer[]> }>('local servers', () => ({
    probedAt: 0,
    found: Promise.resolve([]),
  }))
  if (Date.now() - cache.probedAt > CACHE_MS) {
    cache.probedAt = Date.now()
    cache.found = Promise.all(defaultServers.map(probe)).then((servers) => servers.flatMap((server) => server ?? []))
  }
  return await cache.found
}

/** Name and address of a local server by its id, or null when there is no such server. */
export function localServer(id: string): Pick<Connection, 'name' | 'baseUrl'> | null {
  return config().public ? null : (defaultServers.find((server) => server.id === id) ?? null)
}

async function probe(server: (typeof defaultServers)[number]): Promise<LocalServer | null> {
  const connection: Connection = {
    ...server,
    providerId: server.id,
    apiKey: null,
    headers: {},
    guarded: false,
    local: true,
    capabilities: noCapabilities,
    remember() {},
  }
  const listed = await listModels(connection, AbortSignal.timeout(PROBE_TIMEOUT_MS))
  return 'models' in listed ? { ...server, ...listed } : null
}
