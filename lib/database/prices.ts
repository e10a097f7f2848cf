import 'server-only'
import { type Price, price } from '@/lib/protocol/prices'
import { badRequest } from '@/lib/refused'
import { database } from './client'

/** A person's own prices. */
export async function ownPrices(ownerId: string): Promise<Price[]> {
  const rows = await database()
    .selectFrom('prices')
    .select('price')
    .where('ownerId', '=', ownerId)
    .orderBy('provider')
    .orderBy('model')
    .execute()
  // One that an older Rill wrote otherwise must not hide the others.
  return rows.flatMap((row) => {
    const read = price.safeParse(JSON.parse(row.price))
    return read.success ? [read.data] : []
  })
}

/** Stores prices of a person's own, all or none; those of the same model give way. @throws {Refused} 400 over `limit`. */
export async function savePrices(ownerId: string, prices: Price[], limit: number): Promise<void> {
  await database()
    .transaction()
    .execute(async (transaction) => {
      for (const each of prices) {
        const { provider, model } = each
        const json = JSON.stringify(each)
        await transaction
          .insertInto('prices')
          .values({ ownerId, provider, model, price: json })
          .onConflict((conflict) => conflict.columns(['ownerId', 'provider', 'model']).doUpdateSet({ price: json }))
          .execute()
      }
      const { count } = await transaction
        .selectFrom('prices')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('ownerId', '=', ownerId)
        .executeTakeFirstOrThrow()
      if (Number(count) > limit) {
        throw badRequest('prices', `These would be more than ${limit} prices of your own. Reset some first.`)
      }
    })
}

/** Removes a person's own prices, all or that of one model: the list price holds again. */
export async function deletePrices(ownerId: string, one?: { provider: string; model: string }): Promise<void> {
  let query = database().deleteFrom('prices').where('ownerId', '=', ownerId)
  if (one) query = query.where('provider', '=', one.provider).where('model', '=', one.model)
  await query.execute()
}
