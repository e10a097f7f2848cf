import 'server-only'
import { billOf } from '@/lib/billing/bill'
import { Meter } from '@/lib/billing/meter'
import { readReservation } from '@/lib/database/billing/spending'
import type { Bill } from '@/lib/database/generations/checkpoints'
import type { GenerationRow } from '@/lib/database/schema'
import { buildPrompt } from '@/lib/prompt/build'
import { type Price, price } from '@/lib/protocol/billing/prices'
import type { LogEvent, Usage } from '@/lib/protocol/events'
import type { Folded } from '@/lib/protocol/messages'
import { continuationMessages } from '@/lib/upstream/continuation'
import { parseSettings, partialOf, promptSettings } from '../start/turn-settings'

/** What the generation of a dead process used, as far as its saved log shows. */
export async function usageOfAbandoned(row: GenerationRow, saved: LogEvent[], before: Folded): Promise<Usage | null> {
  if (row.booking === null) return null
  const { model } = readReservation(row.booking)
  const settings = parseSettings(row.settings)
  const paid = priceOfRow(row)
  const server = { providerId: row.providerId, baseUrl: paid ? `https://${paid.provider}` : '' }
  const partial = partialOf(before.parts)
  const prompt = await buildPrompt({ head: row.userMessageId, ...promptSettings(model, paid, settings, partial) })
  const after = continuationMessages(server, { partial })
  const meter = new Meter({ model, countPrompt: () => prompt.count(after), price: paid })
  meter.attempt()
  for (const { type, data } of saved) {
    if (type === 'delta' || type === 'reasoning') meter.add(type, data.text)
    else if (type === 'reclassify') meter.reclassify()
  }
  return await meter.total({ cut: true, refused: waited(saved) })
}

/** The bill of the generation of a dead process. */
export function billOfAbandoned(row: GenerationRow, usage: Usage | null, saved: LogEvent[]): Bill | null {
  if (row.booking === null) return null
  const waits = saved.filter(({ type }) => type === 'retry').length
  const attempts = waited(saved) ? waits : waits + 1
  return billOf(readReservation(row.booking), priceOfRow(row), usage, attempts)
}

/** Whether it waited to ask the upstream again: the last attempt had been refused. */
function waited(saved: LogEvent[]): boolean {
  return saved.at(-1)?.type === 'retry'
}

function priceOfRow(row: GenerationRow): Price | null {
  return row.price === null ? null : price.parse(JSON.parse(row.price))
}
