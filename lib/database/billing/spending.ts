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

/** What is spent and reserved in a scope. */
export interface Spending {
  spent: Amounts
  reserved: Amounts
}

/** A generation's reservation, as its row holds it until the end. */
export interface ReservationRecord {
  /** The provider's name of the model, which selects the tokenizer. */
  model: string
  /** The scopes that the generation is charged to, in the order in which every instance locks their rows. */
  scopes: string[]
  /** The scopes in which `reserved` is held. */
  held: string[]
  reserved: Amounts
  /** The exchange rate at the start, for a price in the person's currency. */
  rate: { currency: string; perDollar: string }
  /** The part held in the operator's own budget, and the price for it. */
  server?: ServerReservationRecord | undefined
}

/** A reservation in the operator's daily budget. */
export interface ServerReservationRecord {
  scope: string
  picos: bigint
  price: Price
}

/** The owner of the operator's rows, which is no person. */
export const SERVER = ''
/** The prefix of the operator's scopes. It sorts after those of a person, so they are locked last. */
export const SERVER_SCOPE = 'server:'

const reservationJson = z.object({
  model: z.string(),
  scopes: z.array(z.string()),
  held: z.array(z.string()),
  reserved: z.object({ picos: z.string().transform(BigInt), tokens: z.string().transform(BigInt) }),
  rate: z.object({ currency: z.string(), perDollar: z.string() }),
  server: z.object({ scope: z.string(), picos: z.string().transform(BigInt), price }).optional(),
})

/** Parses the column `booking`. */
export function readReservation(json: string): ReservationRecord {
  return reservationJson.parse(JSON.parse(json))
}

/** Serializes a reservation for the column `booking`. */
export function writeReservation({ reserved, server, ...record }: ReservationRecord): string {
  return JSON.stringify({
    ...record,
    reserved: { picos: `${reserved.picos}`, tokens: `${reserved.tokens}` },
    ...(server ? { server: { ...server, picos: `${server.picos}` } } : {}),
  })
}

/** The limits of one scope; null means no limit. */
export interface ScopeLimit {
  scope: string
  picos: bigint | null
  tokens: bigint | null
}

/** Amounts to reserve in scopes, within the limits of each. */
export interface Hold {
  ownerId: string
  amounts: Amounts
  limits: ScopeLimit[]
}

/** Thrown if a reservation would exceed a budget. */
export class OverLimit extends Error {
  constructor(readonly scope: string) {
    super(`A budget of ${scope} does not allow it`)
  }
}

/** A million dollars. More is never charged at once, so that sums stay within 64 bits. */
export const MAX_PICOS = 10n ** 18n
const FULL_PICOS = 8n * MAX_PICOS
/** The largest stored amount, a little under the largest signed 64-bit integer. */
export const MAX_STORED_PICOS = 9n * MAX_PICOS

/** Caps an amount at what a column can hold. */
export function storable(picos: bigint): bigint {
  return picos > MAX_STORED_PICOS ? MAX_STORED_PICOS : picos
}

export const zero: Amounts = { picos: 0n, tokens: 0n }

/**
 * Reserves amounts in each scope, with a statement that checks the limit and adds at once; concurrent starts wait for the
 * row. Call it in the transaction of the start.
 * @throws {OverLimit} for the first scope without enough left; then the transaction must be rolled back.
 */
export async function reserve(tx: Database, { ownerId, amounts, limits }: Hold): Promise<void> {
  const { picos, tokens } = amounts
  for (const { scope, picos: maxPicos, tokens: maxTokens } of limits) {
    if ((maxPicos !== null && picos > maxPicos) || (maxTokens !== null && tokens > maxTokens))
      throw new OverLimit(scope)
    const fits = [
      // A free generation may start even if the limit was exceeded.
      ...(maxPicos === null || picos === 0n
        ? []
        : [sql<boolean>`spending.spent_picos + spending.reserved_picos <= ${maxPicos - picos}`]),
      ...(maxTokens === null
        ? []
        : [sql<boolean>`spending.spent_tokens + spending.reserved_tokens <= ${maxTokens - tokens}`]),
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

/** What an ended request to a provider cost, and its reservation. */
export interface Capture {
  ownerId: string
  reservation: Pick<ReservationRecord, 'scopes' | 'held' | 'reserved'>
  spent: Amounts
}

/** Adds costs to what is spent, and releases their reservations, in one statement. */
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

/** One row per scope, in the order in which every instance locks them. */
function sums(captures: Capture[]): (string | number)[][] {
  const byScope = new Map<string, { ownerId: string; scope: string; spent: Amounts; released: Amounts }>()
  for (const { ownerId, reservation, spent } of captures)
    for (const scope of reservation.scopes) {
      const key = `${scope} ${ownerId}`
      const released = reservation.held.includes(scope) ? reservation.reserved : zero
      const sum = byScope.get(key) ?? { ownerId, scope, spent: zero, released: zero }
      byScope.set(key, { ...sum, spent: plus(sum.spent, spent), released: plus(sum.released, released) })
    }
  return [...byScope]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { ownerId, scope, spent, released }]) => [
      ownerId,
      scope,
      `${spent.picos > MAX_PICOS ? MAX_PICOS : spent.picos}`,
      `${spent.tokens}`,
      `${-released.picos}`,
      `${-released.tokens}`,
    ])
}

export function minus(one: Amounts, other: Amounts): Amounts {
  return { picos: one.picos - other.picos, tokens: one.tokens - other.tokens }
}

function plus(one: Amounts, other: Amounts): Amounts {
  return { picos: one.picos + other.picos, tokens: one.tokens + other.tokens }
}

/** What is spent and reserved in a person's scopes. Scopes without a row are left out. */
export async function spendingIn(ownerId: string, scopes: string[]): Promise<Map<string, Spending>> {
  if (scopes.length === 0) return new Map()
  // As text, since they may exceed 2^53.
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
