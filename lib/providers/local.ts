import 'server-only'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'
import { type Connection, noCapabilities } from '@/lib/upstream/connection'
import { listModels, type ModelNames } from '@/lib/upstream/models'

/** Where the usual local servers listen by default. */
const known = [
  { id: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { id: 'lmstudio', name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { id: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
] as const

const PROBE_MS = 500
const FRESH_MS = 10_000

export interface LocalServer extends ModelNames {
  id: string
  name: string
  baseUrl: string
}

/**
 * The local model servers that answer now; looked for at most every ten seconds. None when Rill is reachable by others
 * (`RILL_PUBLIC=1`): what runs on the server's own machine is not theirs.
 */
export async function localServers(): Promise<LocalServer[]> {
  if (config().public) return []
  const cache = processSingleton<{ at: number; found: Promise<LocalServer[]> }>('local servers', () => ({
    at: 0,
    found: Promise.resolve([]),
  }))
  if (Date.now() - cache.at > FRESH_MS) {
    cache.at = Date.now()
    cache.found = Promise.all(known.map(probe)).then((servers) => servers.flatMap((server) => server ?? []))
  }
  return await cache.found
}

/** The connection parts of a local server by its id, or null when there is no such server. */
export function localServer(id: string): Pick<Connection, 'name' | 'baseUrl'> | null {
  return config().public ? null : (known.find((server) => server.id === id) ?? null)
}

async function probe(server: (typeof known)[number]): Promise<LocalServer | null> {
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
  const answer = await listModels(connection, AbortSignal.timeout(PROBE_MS))
  return 'models' in answer ? { ...server, ...answer } : null
}
