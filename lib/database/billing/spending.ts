import 'server-only'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Price, price } from '@/lib/protocol/billing/prices'
import { type Database, database, engine } from '../client'

/** Money in pico-dollars, and tokens. */
export interface Amounts {
  picos: bigint
  tokens: bigint
}

/** How a scope stands. */
export interface Spending {
  spent: Amounts
  reserved: Amounts
}

/** Where a generation is booked, and what was set aside for it there until it ends. */
export interface ReservationRecord {
  /** What the provider calls the model: it is counted by its tokenizer. */
  model: string
  /** In the order in which their rows are locked, which is the same for everybody. */
  scopes: string[]
  /** Those of them in which something is set aside. */
  held: string[]
  reserved: Amounts
  /** What a dollar was, for a price in the person's own currency. */
  rate: { currency: string; perDollar: string }
  /** What the operator's own budget holds for it, and the price that this goes by. */
  server?: ServerReservationRecord | undefined
}

/** A booking in the operator's own budget of a day. */
export interface ServerReservationRecord {
  scope: string
  picos: bigint
  price: Price
}

/** Whose rows the operator's own are: nobody's. */
export const SERVER = ''
/** Begins their scopes. They are locked after all of a person's. */
export const SERVER_SCOPE = 'server:'

const bookingJson = z.object({
  model: z.string(),
  scopes: z.array(z.string()),
  held: z.array(z.string()),
  reserved: z.object({ picos: z.string().transform(BigInt), tokens: z.string().transform(BigInt) }),
  rate: z.object({ currency: z.string(), perDollar: z.string() }),
  server: z.object({ scope: z.string(), picos: z.string().transform(BigInt), price }).optional(),
})

/** A booking out of its column. */
export function readReservation(json: string): ReservationRecord {
  return bookingJson.parse(JSON.parse(json))
}

/** A booking as its column holds it. */
export function writeReservation({ reserved, server, ...booking }: ReservationRecord): string {
  return JSON.stringify({
    ...booking,
    reserved: { picos: `${reserved.picos}`, tokens: `${reserved.tokens}` },
    ...(server ? { server: { ...server, picos: `${server.picos}` } } : {}),
  })
}

/** The most that one scope of a person's may come to; null is no cap. */
export interface ScopeLimit {
  scope: string
  picos: bigint | null
  tokens: bigint | null
}

/** What must be set aside before a generation may start. */
export interface Hold {
  ownerId: string
  amounts: Amounts
  limits: ScopeLimit[]
}

/** A reservation that would pass a cap. */
export class OverLimit extends Error {
  constructor(readonly scope: string) {
    super(`A budget of ${scope} does not allow it`)
  }
}

/** A million dollars: no more is booked at once, so that sums stay in 64 bits. */
export const MOST_PICOS = 10n ** 18n
const FULL_PICOS = 8n * MOST_PICOS
/** A column is a signed 64-bit integer, and holds little more. */
export const MOST_STORED = 9n * MOST_PICOS

/** As much of an amount as a column holds. */
export function storable(picos: bigint): bigint {
  return picos > MOST_STORED ? MOST_STORED : picos
}

export const nothing: Amounts = { picos: 0n, tokens: 0n }

/**
 * Sets amounts aside in each scope, one statement each, that does nothing when a cap would be passed: whoever comes
 * at the same time waits for the row. To be called within the transaction of the start.
 * @throws {OverLimit} for the first scope that has not enough left; the transaction must be rolled back.
 */
export async function reserve(tx: Database, { ownerId, amounts, limits }: Hold): Promise<void> {
  const { picos, tokens } = amounts
  for (const { scope, picos: mostPicos, tokens: mostTokens } of limits) {
    if ((mostPicos !== null && picos > mostPicos) || (mostTokens !== null && tokens > mostTokens))
      throw new OverLimit(scope)
    const fits = [
      // What costs nothing takes nothing from a cap, not even from one that was passed by a little.
      ...(mostPicos === null || picos === 0n
        ? []
        : [sql<boolean>`spending.spent_picos + spending.reserved_picos <= ${mostPicos - picos}`]),
      ...(mostTokens === null
        ? []
        : [sql<boolean>`spending.spent_tokens + spending.reserved_tokens <= ${mostTokens - tokens}`]),
    ]
    const { rows } = await sql`
      insert into spending (owner_id, scope, reserved_picos, reserved_tokens)
      values (${ownerId}, ${scope}, ${picos}, ${tokens})
      on conflict (owner_id, scope) do update set
        reserved_picos = spending.reserved_picos + excluded.reserved_picos,
        reserved_tokens = spending.reserved_tokens + excluded.reserved_tokens
      where ${fits.length > 0 ? sql.join(fits, sql` and `) : sql`1 = 1`}
      returning scope`.execute(tx)
    if (rows.length === 0) throw new OverLimit(scope)
  }
}

/** What one call to an upstream came to, and what had been set aside for it. */
export interface Capture {
  ownerId: string
  booking: Pick<ReservationRecord, 'scopes' | 'held' | 'reserved'>
  spent: Amounts
}

/** Books what has ended, and gives back what had been set aside for it: one statement for all. */
export async function capture(db: Database, captures: Capture[]): Promise<void> {
  if (captures.length === 0) return
  const rows = JSON.stringify(sums(captures))
  const each = engine() === 'postgres' ? sql`json_array_elements(${rows}::json)` : sql`json_each(${rows})`
  const field = (index: number) => sql`cast(entry.value ->> ${sql.lit(index)} as bigint)`
  await sql`
    insert into spending (owner_id, scope, spent_picos, spent_tokens, reserved_picos, reserved_tokens)
    select entry.value ->> 0, entry.value ->> 1, ${field(2)}, ${field(3)}, ${field(4)}, ${field(5)}
    from ${each} as entry where 1 = 1
    on conflict (owner_id, scope) do update set
      spent_picos = case when spending.spent_picos > ${FULL_PICOS} then spending.spent_picos
        else spending.spent_picos + excluded.spent_picos end,
      spent_tokens = spending.spent_tokens + excluded.spent_tokens,
      reserved_picos = spending.reserved_picos + excluded.reserved_picos,
      reserved_tokens = spending.reserved_tokens + excluded.reserved_tokens`.execute(db)
}

/** One row for each scope, in the order in which everybody locks them. */
function sums(captures: Capture[]): (string | number)[][] {
  const byScope = new Map<string, { ownerId: string; scope: string; spent: Amounts; released: Amounts }>()
  for (const { ownerId, booking, spent } of captures)
    for (const scope of booking.scopes) {
      const key = `${scope} ${ownerId}`
      const released = booking.held.includes(scope) ? booking.reserved : nothing
      const sum = byScope.get(key) ?? { ownerId, scope, spent: nothing, released: nothing }
      byScope.set(key, { ...sum, spent: plus(sum.spent, spent), released: plus(sum.released, released) })
    }
  return [...byScope]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { ownerId, scope, spent, released }]) => [
      ownerId,
      scope,
      `${spent.picos > MOST_PICOS ? MOST_PICOS : spent.picos}`,
      `${spent.tokens}`,
      `${-released.picos}`,
      `${-released.tokens}`,
    ])
}

/** What is left of amounts when others are taken off. */
export function minus(one: Amounts, other: Amounts): Amounts {
  return { picos: one.picos - other.picos, tokens: one.tokens - other.tokens }
}

function plus(one: Amounts, other: Amounts): Amounts {
  return { picos: one.picos + other.picos, tokens: one.tokens + other.tokens }
}

/** How scopes of a person's stand; those that nothing was booked in are not in it. */
export async function spendingIn(ownerId: string, scopes: string[]): Promise<Map<string, Spending>> {
  if (scopes.length === 0) return new Map()
  // As text: a number may not hold them.
  const text = (column: string) => sql<string>`cast(${sql.ref(column)} as text)`
  const rows = await database()
    .selectFrom('spending')
    .select([
      'scope',
      text('spentPicos').as('spentPicos'),
      text('spentTokens').as('spentTokens'),
      text('reservedPicos').as('reservedPicos'),
      text('reservedTokens').as('reservedTokens'),
    ])
    .where('ownerId', '=', ownerId)
    .where('scope', 'in', scopes)
    .execute()
  return new Map(
    rows.map((row) => [
      row.scope,
      {
        spent: { picos: BigInt(row.spentPicos), tokens: BigInt(row.spentTokens) },
        reserved: { picos: BigInt(row.reservedPicos), tokens: BigInt(row.reservedTokens) },
      },
    ]),
  )
}
