import 'server-only'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { dayOf } from '@/lib/protocol/billing/days'
import type { Money } from '@/lib/protocol/billing/money'
import { AT_ONCE_MS } from '@/lib/protocol/billing/speed'
import { speedBounds, waitBounds } from '@/lib/protocol/billing/usage'
import type { Usage } from '@/lib/protocol/events'
import { type Database, type Engine, engineOf } from '../client'
import { MAX_STORED_PICOS } from './spending'

/*
 * Roll-ups: sums over the generations of a day, so that the usage page never reads generations. Each generation counts in
 * two rows: that of its conversation, and that of all conversations. So does a request that isn't a generation, with a name
 * of its own as its conversation.
 */

/** The conversation id in the row of all conversations together. */
export const ALL_CONVERSATIONS = ''
/** The currency of generations without a price. */
export const UNPRICED = ''

export const keyColumns = ['owner_id', 'conversation_id', 'day', 'provider_id', 'model', 'currency']

type Expression = RawBuilder<unknown>
const count = (condition: Expression): Expression => sql`sum(case when ${condition} then 1 else 0 end)`
const total = (column: Expression): Expression => sql`coalesce(sum(${column}), 0)`
const ended = (status: string): Expression => count(sql`g.status = ${sql.lit(status)}`)

const wait = sql`g.first_token_at - g.started_at`
// The same rule as in `tokensPerSecond`. In an event index, a negative number is a reasoning delta; `reclassify` turns text
// into reasoning.
const reasoningCame = sql`(g.outline like '[-%' or g.outline like '%,-%' or g.outline like '%"type":"reclassify"%')`
const streamed = sql`g.completion_tokens - case when g.reasoning_tokens = 0 or ${reasoningCame} then 0 else coalesce(g.reasoning_tokens, 0) end`
// In integers, which both engines divide the same way.
const speed = sql`(${streamed}) * 1000 / nullif(g.ended_at - g.first_token_at, 0)`
const measurable = sql`g.ended_at - g.first_token_at >= ${sql.lit(AT_ONCE_MS)} and ${streamed} > 1`

/** The aggregate of each column. */
const sums: Record<string, Expression> = {
  generations: sql`count(*)`,
  completed: ended('completed'),
  stopped: ended('stopped'),
  interrupted: ended('interrupted'),
  failed: ended('failed'),
  retried: count(sql`g.attempts > 1`),
  attempts: total(sql`g.attempts`),
  estimated: count(sql`g.usage like '%"source":"estimated"%'`),
  prompt_tokens: total(sql`g.prompt_tokens`),
  completion_tokens: total(sql`g.completion_tokens`),
  cached_tokens: total(sql`g.cached_tokens`),
  reasoning_tokens: total(sql`g.reasoning_tokens`),
  cost_picos: total(sql`g.cost_picos`),
  ...buckets('wait', waitBounds, wait, sql`true`),
  ...buckets('speed', speedBounds, speed, measurable),
}

/** The columns of counts and sums, in order. */
export const sumColumns = Object.keys(sums)

/** The part of a person's settings that determines their days. */
const calendar = z.object({ timeZone: z.string().default('UTC') })

/**
 * Adds generations in the transaction that ends them, so that each counts once. Every instance updates the rows in the same
 * order, to avoid deadlocks.
 */
export async function addToRollups(tx: Database, generationIds: string[]): Promise<void> {
  if (generationIds.length === 0) return
  const rows = await tx
    .selectFrom('generations')
    .leftJoin('settings', 'settings.ownerId', 'generations.ownerId')
    .select(['generations.id', 'generations.startedAt', 'settings.settings'])
    .where('generations.id', 'in', generationIds)
    .execute()
  const days = rows.map(({ id, startedAt, settings }) => {
    const { timeZone } = calendar.parse(JSON.parse(settings ?? '{}'))
    return [id, dayOf(startedAt, timeZone)]
  })
  await tx.executeQuery({ ...endedStatement(tx), parameters: [JSON.stringify(days)] })
}

const endedStatements = new Map<Engine, CompiledQuery>()

/** Adds generations by a JSON list of ids and days, its only parameter. With a hundred columns, it is compiled only once. */
function endedStatement(tx: Database): CompiledQuery {
  const engine = engineOf(tx)
  const cached = endedStatements.get(engine)
  if (cached) return cached
  const days = sql`${'[]'}`
  const each = engine === 'postgres' ? sql`json_array_elements(${days}::json)` : sql`json_each(${days})`
  const generations = sql`(select generations.*, entry.value ->> 1 as day
    from ${each} as entry join generations on generations.id = entry.value ->> 0)`
  const compiled = rollUp(sql`g.day`, generations).compile(tx)
  endedStatements.set(engine, compiled)
  return compiled
}

/** A request to a provider that isn't a generation, with its usage and cost. */
export interface ProviderCall {
  ownerId: string
  /** The name that it has in place of a conversation. */
  conversationId: string
  providerId: string
  model: string
  status: 'completed' | 'interrupted'
  usage: Usage
  /** Null if the price is unknown. */
  cost: Money | null
  startedAt: number
  firstTokenAt: number | null
  endedAt: number
}

/** Adds a request that isn't a generation, and has no row to read. */
export async function addCallToRollups(tx: Database, call: ProviderCall, timeZone: string): Promise<void> {
  const { usage, cost, startedAt } = call
  const text = (value: string | null) => sql`cast(${value} as text)`
  const whole = (value: number | bigint | null) => sql`cast(${value} as bigint)`
  const row = sql`(select ${text(call.ownerId)} as owner_id, ${text(call.conversationId)} as conversation_id,
    ${text(call.providerId)} as provider_id, ${text(call.model)} as model, ${text(call.status)} as status, 1 as attempts,
    ${text(JSON.stringify(usage))} as usage, ${text(null)} as outline, ${whole(usage.promptTokens)} as prompt_tokens,
    ${whole(usage.completionTokens)} as completion_tokens, ${whole(usage.cachedTokens)} as cached_tokens,
    ${whole(usage.reasoningTokens)} as reasoning_tokens, ${whole(cost?.picos ?? null)} as cost_picos,
    ${text(cost?.currency ?? null)} as cost_currency, ${whole(startedAt)} as started_at,
    ${whole(call.firstTokenAt)} as first_token_at, ${whole(call.endedAt)} as ended_at)`
  await rollUp(sql`${dayOf(startedAt, timeZone)}`, row).execute(tx)
}

/** Adds the rows of a table or subquery. */
function rollUp(day: Expression, calls: Expression) {
  const columns = [...keyColumns, ...sumColumns].map((name) => sql.ref(name))
  const updates = sumColumns.map((name) => {
    const [current, added] = [sql`usage_rollups.${sql.ref(name)}`, sql`excluded.${sql.ref(name)}`]
    // Capped, since an overflow would make the save of the generation fail.
    const capped = sql`case when ${current} > ${sql.lit(MAX_STORED_PICOS)} - ${added} then ${sql.lit(MAX_STORED_PICOS)} else ${current} + ${added} end`
    return sql`${sql.ref(name)} = ${name === 'cost_picos' ? capped : sql`${current} + ${added}`}`
  })
  return sql`
    insert into usage_rollups (${sql.join(columns)})
    select g.owner_id, case own.scope when 1 then g.conversation_id else ${sql.lit(ALL_CONVERSATIONS)} end,
      cast(${day} as integer), g.provider_id, g.model,
      case when g.cost_picos is null then ${sql.lit(UNPRICED)} else g.cost_currency end,
      ${sql.join(Object.values(sums))}
    from ${calls} as g cross join (select 0 as scope union all select 1) as own
    where 1 = 1
    group by 1, 2, 3, 4, 5, 6
    order by 1, 4, 5, 6, 3, 2
    on conflict (${sql.join(keyColumns.map((name) => sql.ref(name)))}) do update set ${sql.join(updates)}`
}

/** A column per bucket: `wait0`, `wait1`, and so on. */
function buckets(name: string, bounds: number[], value: Expression, where: Expression): Record<string, Expression> {
  const all = [...bounds, null].map((high, index) => {
    const low = bounds[index - 1]
    const above = low === undefined ? sql`${value} is not null` : sql`${value} >= ${sql.lit(low)}`
    const below = high === null ? sql`true` : sql`${value} < ${sql.lit(high)}`
    return [`${name}${index}`, count(sql`${where} and ${above} and ${below}`)]
  })
  return Object.fromEntries(all)
}
