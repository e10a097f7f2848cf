import 'server-only'
import { type ColumnDefinitionBuilder, type Kysely, type Migration, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'

/*
 * Frozen: this file imports no live code, so that the migration does the same to every database.
 */

type Expression = RawBuilder<unknown>

const waitBounds = [100, 200, 400, 700, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 60_000]
const speedBounds = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500]
/** The shortest time over which a speed can be measured. */
const SHORTEST_MS = 100
const BILLION = sql.lit(1_000_000_000)
/** The largest stored sum in billions, a little under the largest signed 64-bit integer. */
const LARGEST = sql.lit(9_000_000_000)

const count = (condition: Expression): Expression => sql`sum(case when ${condition} then 1 else 0 end)`
const total = (column: Expression): Expression => sql`coalesce(sum(${column}), 0)`
const ended = (status: string): Expression => count(sql`g.status = ${sql.lit(status)}`)

const wait = sql`g.first_token_at - g.started_at`
// In `outline`, a negative number is a reasoning delta. Reasoning that was never sent doesn't count for the speed.
const reasoningCame = sql`(g.outline like '[-%' or g.outline like '%,-%')`
const came = sql`g.completion_tokens - case when g.reasoning_tokens = 0 or ${reasoningCame} then 0 else coalesce(g.reasoning_tokens, 0) end`
// In integers, which both engines divide the same way.
const speed = sql`(${came}) * 1000 / nullif(g.ended_at - g.first_token_at, 0)`
const measurable = sql`g.ended_at - g.first_token_at >= ${sql.lit(SHORTEST_MS)} and ${came} > 1`

// In two parts: the sum may exceed 64 bits, and Postgres divides sums to fractions.
const whole = (sum: Expression): Expression => sql`cast(coalesce(${sum}, 0) as bigint)`
const rest = whole(sql`sum(g.cost_picos % ${BILLION})`)
const billions = sql`(${whole(sql`sum(g.cost_picos / ${BILLION})`)} + ${rest} / ${BILLION})`
const cost = sql`case when ${billions} >= ${LARGEST} then ${LARGEST} * ${BILLION} else ${billions} * ${BILLION} + ${rest} % ${BILLION} end`

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
  cost_picos: cost,
  ...buckets('wait', waitBounds, wait, sql`true`),
  ...buckets('speed', speedBounds, speed, measurable),
}

const keyColumns = ['owner_id', 'conversation_id', 'day', 'provider_id', 'model', 'currency']

/** An invalid count is 0, so that one wrong row can't stop the migration. */
const tokens = z.number().min(0).max(Number.MAX_SAFE_INTEGER).transform(Math.round).catch(0)
const noTokens = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 }
const usage = z
  .object({ promptTokens: tokens, completionTokens: tokens, cachedTokens: tokens, reasoningTokens: tokens })
  .catch(noTokens)

/** Creates the roll-ups, and fills them from all ended generations. */
export const rollups: Migration = {
  async up(db: Kysely<unknown>) {
    const none = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0)
    const table = db.schema
      .createTable('usage_rollups')
      .addColumn('owner_id', 'text', (column) => column.notNull())
      // No foreign key: the cost of a deleted conversation stays.
      .addColumn('conversation_id', 'text', (column) => column.notNull())
      .addColumn('day', 'integer', (column) => column.notNull())
      .addColumn('provider_id', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('currency', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('usage_rollups_key', [
        'owner_id',
        'conversation_id',
        'day',
        'provider_id',
        'model',
        'currency',
      ])
    await Object.keys(sums)
      .reduce((all, name) => all.addColumn(name, 'bigint', none), table)
      .execute()
    await countOldTokens(db)
    await rollUpAll(db)
  },
}

/**
 * Fills the token columns of generations that ended before the columns existed, page by page. In code, since the engines'
 * JSON functions differ.
 */
export async function countOldTokens<Schema>(db: Kysely<Schema>, pageSize = 500): Promise<void> {
  let after = ''
  for (;;) {
    const { rows } = await sql<{ id: string; usage: string }>`
      select id, usage from generations where id > ${after} and usage is not null and prompt_tokens is null
      order by id limit ${pageSize}`.execute(db)
    for (const row of rows) {
      const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage.parse(parsed(row.usage))
      await sql`
        update generations set prompt_tokens = ${promptTokens}, completion_tokens = ${completionTokens},
          cached_tokens = ${cachedTokens}, reasoning_tokens = ${reasoningTokens} where id = ${row.id}`.execute(db)
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.id
  }
}

/** Adds all ended generations by UTC day: once to their conversation, once to all (an empty id). */
export async function rollUpAll<Schema>(db: Kysely<Schema>): Promise<void> {
  const columns = [...keyColumns, ...Object.keys(sums)].map((name) => sql.ref(name))
  await sql`
    insert into usage_rollups (${sql.join(columns)})
    select g.owner_id, case own.scope when 1 then g.conversation_id else '' end,
      cast(g.started_at / 86400000 as integer), g.provider_id, g.model,
      case when g.cost_picos is null then '' else g.cost_currency end,
      ${sql.join(Object.values(sums))}
    from generations as g cross join (select 0 as scope union all select 1) as own
    where g.status <> 'running'
    group by 1, 2, 3, 4, 5, 6`.execute(db)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null
  }
}

/** A column per bucket: `wait0`, `wait1`, and so on. */
function buckets(name: string, bounds: number[], value: Expression, where: Expression): Record<string, Expression> {
  const all = [...bounds, null].map((upper, index) => {
    const lower = bounds[index - 1]
    const above = lower === undefined ? sql`${value} is not null` : sql`${value} >= ${sql.lit(lower)}`
    const below = upper === null ? sql`true` : sql`${value} < ${sql.lit(upper)}`
    return [`${name}${index}`, count(sql`${where} and ${above} and ${below}`)]
  })
  return Object.fromEntries(all)
}
