import 'server-only'
import { listPrices, listProviders } from '@/lib/billing/prices'
import { ownPrices } from '@/lib/database/billing/prices'
import type { PricedProvider, PriceList } from '@/lib/protocol/billing/prices'
import { environmentConnection } from './connections'
import { localServers } from './local'
import { providerRows } from './own'

/** The list prices, the person's own prices, and the providers they apply to. */
export async function priceListFor(ownerId: string): Promise<PriceList> {
  const [own, providers] = await Promise.all([ownPrices(ownerId), pricedProviders(ownerId)])
  return { list: listPrices(), own, providers }
}

/** Every provider that a price can be set for, with its name and its key in the price list. */
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

/** The key of the operator's provider: its host if well known, since others must not see the address; else its id. */
function environmentKey(
  { providerId, baseUrl }: { providerId: string; baseUrl: string },
  listed: PricedProvider[],
): string {
  const { host } = new URL(baseUrl)
  return listed.some(({ provider }) => provider === host) ? host : providerId
}

/**
 * The key of a provider in the price list, from its name, its host or a whole address as entered. Null when the text names
 * no provider: its price would never apply.
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
