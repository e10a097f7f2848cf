import 'server-only'
import { listPrices, listProviders } from '@/lib/billing/prices'
import { ownPrices } from '@/lib/database/billing/prices'
import type { PricedProvider, PriceList } from '@/lib/protocol/billing/prices'
import { environmentConnection } from './connections'
import { localServers } from './local'
import { providerRows } from './own'

/** The list prices, the person's own, and the providers that either may be about. */
export async function pricesOf(ownerId: string): Promise<PriceList> {
  const [own, providers] = await Promise.all([ownPrices(ownerId), pricedProviders(ownerId)])
  return { list: listPrices(), own, providers }
}

/** Every provider that a price can be set for: by its name, and what prices know it by. */
export async function pricedProviders(ownerId: string): Promise<PricedProvider[]> {
  const listed = listProviders()
  const [environment, own, local] = await Promise.all([environmentConnection(), providerRows(ownerId), localServers()])
  const found = [
    ...(environment ? [{ name: environment.name, provider: environmentKey(environment, listed) }] : []),
    ...[...own, ...local].map(({ name, baseUrl }) => ({ name, provider: new URL(baseUrl).host })),
    ...listed,
  ]
  return [...new Map(found.toReversed().map((each) => [each.provider, each])).values()].toReversed()
}

/** Prices know a provider by its host. The operator's is for nobody else to see, unless everybody knows it. */
function environmentKey(
  { providerId, baseUrl }: { providerId: string; baseUrl: string },
  listed: PricedProvider[],
): string {
  const { host } = new URL(baseUrl)
  return listed.some(({ provider }) => provider === host) ? host : providerId
}

/**
 * What prices know a provider by, out of what somebody wrote: its name, its host or a whole address. Null for a word that
 * names nothing: its price would never apply.
 */
export function priceKeyOf(text: string, providers: PricedProvider[], known: Set<string>): string | null {
  const word = text.trim().toLowerCase()
  const named = providers.find(({ name, provider }) => provider === word || name.toLowerCase() === word)
  if (named) return named.provider
  if (known.has(word)) return word
  const address = word.includes('://') ? word : `https://${word}`
  if (!URL.canParse(address)) return null
  const { host, hostname } = new URL(address)
  const isHost = word.includes('://') || host !== hostname || hostname.includes('.') || hostname === 'localhost'
  return isHost && host !== '' ? host : null
}
