import { deletePrices, ownPrices, savePrices } from '@/lib/database/billing/prices'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson, readQuery } from '@/lib/http/input/body'
import { MAX_PRICES, pricesChange, pricesRemoval } from '@/lib/protocol/requests/prices'
import { pricedProviders, priceKeyOf, priceListFor } from '@/lib/providers/price-list'

/** The list prices, and the person's own. */
export const GET = endpoint(async (_request, { principal }) => json(await priceListFor(principal.ownerId)))

/** Adds or changes the person's own prices. Responds with all prices. */
export const PUT = endpoint(async (request, { principal }) => {
  const { ownerId } = principal
  const [providers, own] = await Promise.all([pricedProviders(ownerId), ownPrices(ownerId)])
  const known = new Set(own.map(({ provider }) => provider))
  const { prices } = await readJson(
    request,
    pricesChange((text) => priceKeyOf(text, providers, known)),
  )
  await savePrices(ownerId, prices, MAX_PRICES)
  return json(await priceListFor(principal.ownerId))
})

/** Removes the person's price of `provider` and `model`, or all of their prices. Responds with all prices. */
export const DELETE = endpoint(async (request, { principal }) => {
  await deletePrices(principal.ownerId, readQuery(request, pricesRemoval))
  return json(await priceListFor(principal.ownerId))
})
