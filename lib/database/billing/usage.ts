import 'server-only'
import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { isoOfDay } from '@/lib/protocol/billing/days'
import { amountOf, type Rate } from '@/lib/protocol/billing/money'
import {
  type ConversationUsagePage,
  type Figures,
  type Measured,
  speedBounds,
  type UsageReport,
  waitBounds,
} from '@/lib/protocol/billing/usage'
import type { Database } from '../client'
import { ALL_CONVERSATIONS, sumColumns, UNPRICED } from './rollups'
import { topConversations } from './top-conversations'

/** Selects a part of a person's usage. Days are counted from 1970-01-01; both ends are included. */
export interface UsageFilter {
  ownerId: string
  from: number
  to: number
  model?: string
  provider?: string
  conversation?: string
}

/** A page of conversations by cost: its cursor (null for the first page), and the exchange rate for the order. */
export interface ConversationPageRequest {
  cursor: string | null
  limit: number
  rate: Rate
}

type Expression = RawBuilder<unknown>

/** A sum of roll-ups. Money is text, since it may exceed 2^53. */
const summedRow = z
  .object({
    currency: z.string(),
    costPicos: z.string(),
    generations: z.number(),
    completed: z.number(),
    stopped: z.number(),
    interrupted: z.number(),
    failed: z.number(),
    retried: z.number(),
    attempts: z.number(),
    estimated: z.number(),
    promptTokens: z.number(),
    completionTokens: z.number(),
    cachedTokens: z.number(),
    reasoningTokens: z.number(),
  })
  .catchall(z.union([z.number(), z.string()]))
type SummedRow = z.infer<typeof summedRow>

/** Usage in total, and by day, model, provider and conversation. Reads roll-ups only. */
export async function usageReport(
  db: Database,
  filter: UsageFilter,
  order: ConversationPageRequest,
): Promise<UsageReport> {
  const scope = sql`conversation_id = ${filter.conversation ?? ALL_CONVERSATIONS} and ${conditionsOf(filter)}`
  const days = await summed(db, ['day'], scope)
  const models = await summed(db, ['provider_id', 'model'], scope)
  return {
    from: isoOfDay(filter.from),
    to: isoOfDay(filter.to),
    totals: measuredOf(models),
    days: grouped(days, ({ day }) => String(day)).map(([day, rows]) => ({
      day: isoOfDay(Number(day)),
      ...figuresOf(rows),
    })),
    models: grouped(models, ({ providerId, model }) => JSON.stringify([providerId, model]))
      .map(([, rows]) => ({
        providerId: textIn(rows, 'providerId'),
        model: textIn(rows, 'model'),
        ...measuredOf(rows),
      }))
      .toSorted(byTokens),
    providers: grouped(models, ({ providerId }) => String(providerId))
      .map(([providerId, rows]) => ({ providerId, ...figuresOf(rows) }))
      .toSorted(byTokens),
    conversations: await conversationUsage(db, filter, order),
  }
}

/** A page of conversations by cost, highest first. */
export async function conversationUsage(
  db: Database,
  filter: UsageFilter,
  order: ConversationPageRequest,
): Promise<ConversationUsagePage> {
  const which = {
    conversation: filter.conversation,
    conditions: (from = filter.from, to = filter.to) => conditionsOf({ ...filter, from, to }),
  }
  const { ids, count, nextCursor } = await topConversations(db, which, order)
  if (ids.length === 0) return { count, rows: [], nextCursor }
  const sums = await summed(
    db,
    ['conversation_id'],
    sql`conversation_id in (${sql.join(ids)}) and ${conditionsOf(filter)}`,
  )
  const named = await db
    .selectFrom('conversations')
    .select(['id', 'title'])
    .where('id', 'in', ids)
    .where('deletedAt', 'is', null)
    .where('ownerId', '=', filter.ownerId)
    .execute()
  const titles = new Map(named.map(({ id, title }) => [id, title]))
  return {
    count,
    nextCursor,
    rows: ids.map((id) => ({
      conversationId: id,
      title: titles.get(id) ?? null,
      ...figuresOf(sums.filter(({ conversationId }) => conversationId === id)),
    })),
  }
}

/** The columns of an export. A row is a conversation's usage of a model on a day, in one currency. */
export const exportColumns = [
  ...['day', 'provider', 'model', 'conversation', 'title', 'currency', 'cost', 'generations', 'completed', 'stopped'],
  ...['interrupted', 'failed', 'retried', 'attempts', 'estimated', 'promptTokens', 'completionTokens', 'cachedTokens'],
  'reasoningTokens',
]
export type ExportRow = Record<string, string | number | null>

const exported = summedRow.extend({
  day: z.number(),
  providerId: z.string(),
  model: z.string(),
  conversationId: z.string(),
  title: z.string().nullable(),
})

/** All roll-ups of conversations, in pages by key, so that none is missed or repeated while others are added. */
export async function* exportRows(db: Database, filter: UsageFilter, pageSize = 500): AsyncGenerator<ExportRow[]> {
  const key = sql`rollups.conversation_id, rollups.day, rollups.provider_id, rollups.model, rollups.currency`
  let after = sql`true`
  for (;;) {
    const found = await sql`
      select rollups.*, cast(rollups.cost_picos as text) as cost_picos, conversations.title
      from usage_rollups as rollups left join conversations
        on conversations.id = rollups.conversation_id and conversations.deleted_at is null
        and conversations.owner_id = rollups.owner_id
      where ${conditionsOf(filter, 'rollups.')} and rollups.conversation_id > ${sql.lit(ALL_CONVERSATIONS)}
        and ${filter.conversation ? sql`rollups.conversation_id = ${filter.conversation}` : sql`true`} and ${after}
      order by ${key} limit ${pageSize}`.execute(db)
    const rows = z.array(exported).parse(found.rows)
    const last = rows.at(-1)
    if (last) yield rows.map(exportRow)
    if (!last || rows.length < pageSize) return
    const { day, conversationId, providerId, model, currency } = last
    after = sql`(${key}) > (${conversationId}, ${day}, ${providerId}, ${model}, ${currency})`
  }
}

function exportRow(row: z.infer<typeof exported>): ExportRow {
  const { day, providerId, conversationId, currency, costPicos } = row
  const priced = currency !== UNPRICED
  const named: ExportRow = {
    ...row,
    day: isoOfDay(day),
    provider: providerId,
    conversation: conversationId,
    currency: priced ? currency : null,
    cost: priced ? amountOf(BigInt(costPicos)) : null,
  }
  return Object.fromEntries(exportColumns.map((name) => [name, named[name] ?? null]))
}

function conditionsOf({ ownerId, from, to, model, provider }: UsageFilter, table = ''): Expression {
  const column = (name: string) => sql.ref(table + name)
  const conditions = [sql`${column('owner_id')} = ${ownerId}`, sql`${column('day')} between ${from} and ${to}`]
  if (model !== undefined) conditions.push(sql`${column('model')} = ${model}`)
  if (provider !== undefined) conditions.push(sql`${column('provider_id')} = ${provider}`)
  return sql.join(conditions, sql` and `)
}

/** Sums of roll-ups, a row per group and currency. */
async function summed(db: Database, by: string[], scope: Expression): Promise<SummedRow[]> {
  const groups = sql.join([...by, 'currency'].map((name) => sql.ref(name)))
  const sums = sumColumns.map((name) => {
    const sum = name === 'cost_picos' ? sumAsText(sql.ref(name)) : sql`cast(sum(${sql.ref(name)}) as bigint)`
    return sql`${sum} as ${sql.ref(name)}`
  })
  const { rows } = await sql`
    select ${groups}, ${sql.join(sums)} from usage_rollups where ${scope} group by ${groups} order by ${groups}`.execute(
    db,
  )
  return z.array(summedRow).parse(rows)
}

/** A sum as text. It is computed in two parts, since it may exceed 64 bits. */
function sumAsText(column: Expression): Expression {
  const billion = sql.lit(1_000_000_000)
  const low = sql`cast(sum(${column} % ${billion}) as bigint)`
  const high = sql`cast(sum(${column} / ${billion}) as bigint) + ${low} / ${billion}`
  return sql`cast(${high} as text) || substr(cast(${low} % ${billion} + ${billion} as text), 2)`
}

function grouped(rows: SummedRow[], keyOf: (row: SummedRow) => string): [string, SummedRow[]][] {
  const groups = new Map<string, SummedRow[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return [...groups]
}

function figuresOf(rows: SummedRow[]): Figures {
  const sum = (amount: (row: SummedRow) => number) => rows.reduce((all, row) => all + amount(row), 0)
  const costs = new Map<string, bigint>()
  for (const { currency, costPicos } of rows)
    if (currency !== UNPRICED) costs.set(currency, (costs.get(currency) ?? 0n) + BigInt(costPicos))
  return {
    generations: sum((row) => row.generations),
    completed: sum((row) => row.completed),
    stopped: sum((row) => row.stopped),
    interrupted: sum((row) => row.interrupted),
    failed: sum((row) => row.failed),
    retried: sum((row) => row.retried),
    attempts: sum((row) => row.attempts),
    estimated: sum((row) => row.estimated),
    unpriced: sum((row) => (row.currency === UNPRICED ? row.generations : 0)),
    promptTokens: sum((row) => row.promptTokens),
    completionTokens: sum((row) => row.completionTokens),
    cachedTokens: sum((row) => row.cachedTokens),
    reasoningTokens: sum((row) => row.reasoningTokens),
    cost: Array.from(costs, ([currency, picos]) => ({ amount: amountOf(picos), currency })),
  }
}

function measuredOf(rows: SummedRow[]): Measured {
  const counts = (name: string, bounds: number[]) =>
    Array.from({ length: bounds.length + 1 }, (_, bucket) =>
      rows.reduce((all, row) => all + Number(row[`${name}${bucket}`]), 0),
    )
  return { ...figuresOf(rows), waits: counts('wait', waitBounds), speeds: counts('speed', speedBounds) }
}

function textIn(rows: SummedRow[], name: string): string {
  return String(rows[0]?.[name])
}

function byTokens(a: Figures, b: Figures): number {
  return b.promptTokens + b.completionTokens - a.promptTokens - a.completionTokens
}
