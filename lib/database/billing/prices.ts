import 'server-only'
import { sql } from 'kysely'
import { type OwnPrice, type Price, price } from '@/lib/protocol/billing/prices'
import { badRequest, conflict } from '@/lib/refused'
import { type Database, database } from '../client'

/** A person's own prices. */
export async function ownPrices(ownerId: string): Promise<OwnPrice[]> {
  const rows = await database()
    .selectFrom('prices')
    .select(['price', 'version'])
    .where('ownerId', '=', ownerId)
    .orderBy('provider')
    .orderBy('model')
    .execute()
  // One that an older Rill wrote otherwise must not hide the others.
  return rows.flatMap((row) => {
    const read = price.safeParse(JSON.parse(row.price))
    return read.success ? [{ ...read.data, version: row.version }] : []
  })
}

/** A price to be stored. `version` is that of the person's own price that was seen, 0 for none; absent when none was looked at. */
export interface PriceChange {
  price: Price
  version?: number
}

/**
 * Stores prices of a person's own, all or none; those of the same model give way.
 * @throws {Refused} 400 over `limit`, 409 when one is no longer the version that was seen.
 */
export async function savePrices(ownerId: string, changes: PriceChange[], limit: number): Promise<void> {
  await database()
    .transaction()
    .execute(async (tx) => {
      for (const [index, change] of changes.entries()) await savePrice(tx, ownerId, change, index)
      const { count } = await tx
        .selectFrom('prices')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('ownerId', '=', ownerId)
        .executeTakeFirstOrThrow()
      if (Number(count) > limit) {
        throw badRequest('prices', `You can have at most ${limit} custom prices. Reset some first.`)
      }
    })
}

async function savePrice(tx: Database, ownerId: string, { price: given, version }: PriceChange, index: number) {
  const { provider, model } = given
  const json = JSON.stringify(given)
  const changed = sql<number>`prices.version + 1`
  if (version !== undefined && version > 0) {
    const { numUpdatedRows } = await tx
      .updateTable('prices')
      .set({ price: json, version: changed })
      .where('ownerId', '=', ownerId)
      .where('provider', '=', provider)
      .where('model', '=', model)
      .where('version', '=', version)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw changedElsewhere(model, `prices.${index}`)
    return
  }
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('prices')
    .values({ ownerId, provider, model, price: json, version: 1 })
    .onConflict((conflicting) => {
      const kept = conflicting.columns(['ownerId', 'provider', 'model'])
      return version === 0 ? kept.doNothing() : kept.doUpdateSet({ price: json, version: changed })
    })
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) throw changedElsewhere(model, `prices.${index}`)
}

function changedElsewhere(model: string, field?: string) {
  return conflict(
    `The price of ${model} was changed in another tab or on another device. Review it, then save again.`,
    field,
  )
}

/**
 * Removes a person's own prices, all or that of one model: the list price holds again. One may be named with the
 * version that was seen. @throws {Refused} 409 when it is another by now.
 */
export async function deletePrices(
  ownerId: string,
  one?: { provider: string; model: string; version?: number },
): Promise<void> {
  let query = database().deleteFrom('prices').where('ownerId', '=', ownerId)
  if (one) query = query.where('provider', '=', one.provider).where('model', '=', one.model)
  if (one?.version !== undefined) query = query.where('version', '=', one.version)
  const { numDeletedRows } = await query.executeTakeFirst()
  if (!one || one.version === undefined || numDeletedRows > 0n) return
  const { provider, model } = one
  if ((await ownPrices(ownerId)).some((each) => each.provider === provider && each.model === model))
    throw changedElsewhere(model)
}
