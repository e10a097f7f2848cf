import {
  type Provider,
  type ProviderList,
  type ProviderTest,
  provider,
  providerList,
  providerTest,
} from '@/lib/protocol/providers'
import type { NewProvider, ProviderChange, ProviderTestRequest } from '@/lib/protocol/requests/providers'
import { createCalls, withBody } from './api-calls'
import type { BrowserEnvironment } from './browser-environment'

/** A model may have to be loaded from disk before it answers its first test. */
const testTimeoutMs = 90_000

/** The calls about providers. */
export function createProvidersClient(environment: Pick<BrowserEnvironment, 'origin' | 'signIn'>) {
  const { json, done } = createCalls(environment)
  return {
    providers: (): Promise<ProviderList> => json(providerList, '/api/providers'),
    addProvider: (provided: NewProvider): Promise<Provider> =>
      json(provider, '/api/providers', withBody('POST', provided)),
    /** Changes some fields of a stored provider. */
    changeProvider: (id: string, change: ProviderChange): Promise<Provider> =>
      json(provider, providerPath(id), withBody('PATCH', change)),
    deleteProvider: (id: string): Promise<void> => done('DELETE', providerPath(id)),
    /** Tests a provider as it stands in the form. */
    testProvider: (change: ProviderTestRequest): Promise<ProviderTest> =>
      json(providerTest, '/api/providers/test', withBody('POST', change), testTimeoutMs),
  }
}

const providerPath = (id: string) => `/api/providers/${encodeURIComponent(id)}`
