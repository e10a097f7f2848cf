import 'server-only'
import { config } from '@/lib/config'
import type { ProviderList } from '@/lib/protocol/providers'
import { environmentName } from './connections'
import { localServers } from './local'
import { listProviders } from './own'

/** All providers as the settings page shows them. */
export async function providerOverview(ownerId: string): Promise<ProviderList> {
  const { upstream } = config()
  const [own, local] = await Promise.all([listProviders(ownerId), localServers()])
  return {
    own,
    environment: upstream && {
      name: environmentName(upstream.baseUrl),
      hasKey: upstream.apiKey !== null,
    },
    local: local.map(({ id, name, baseUrl, models, more }) => ({ id, name, baseUrl, models: models.length + more })),
  }
}
