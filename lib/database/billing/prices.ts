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
  // A price in another version's format must not hide the others.
  return rows.flatMap((row) => {
    const read = price.safeParse(JSON.parse(row.price))
    return read.success ? [{ ...read.data, version: row.version }] : []
  })
}

/** A price to store. `version` is the one that the person saw, 0 if there was none; without it, any version is replaced. */
export interface PriceChange {
  price: Price
  version?: number
}

/**
 * Stores a person's own prices, all or none. They replace those of the same model.
 * @throws {Refused} 400 over `limit`, 409 if a version has changed.
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
 * Removes a person's own prices, all or that of one model, so that the list price applies again.
 * @throws {Refused} 409 if a version is given and it has changed.
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
