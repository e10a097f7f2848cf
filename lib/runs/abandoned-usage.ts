import 'server-only'
import { billOf } from '@/lib/billing/charge'
import { Meter } from '@/lib/billing/meter'
import { readBooking } from '@/lib/database/billing/spending'
import type { Bill } from '@/lib/database/generations'
import type { GenerationRow } from '@/lib/database/schema'
import { buildPrompt } from '@/lib/prompt/build'
import { type Price, price } from '@/lib/protocol/billing/prices'
import type { LogEvent, Usage } from '@/lib/protocol/events'
import type { Folded } from '@/lib/protocol/messages'
import { continuationTo } from '@/lib/upstream/continuation'
import { parseSettings, partialOf, promptSettings } from './turn-settings'

/** What a generation of a dead process used, as far as what is left of its log tells. */
export async function usageOfOrphan(row: GenerationRow, saved: LogEvent[], before: Folded): Promise<Usage | null> {
  if (row.booking === null) return null
  const { model } = readBooking(row.booking)
  const settings = parseSettings(row.settings)
  const paid = priceOfRow(row)
  const server = { providerId: row.providerId, baseUrl: paid ? `https://${paid.provider}` : '' }
  const partial = partialOf(before.parts)
  const prompt = await buildPrompt({ head: row.userMessageId, ...promptSettings(model, paid, settings, partial) })
  const after = continuationTo(server, { partial })
  const meter = new Meter({ model, countPrompt: () => prompt.count(after), price: paid })
  meter.attempt()
  for (const { type, data } of saved) {
    if (type === 'delta' || type === 'reasoning') meter.add(type, data.text)
    else if (type === 'reclassify') meter.reclassify()
  }
  return await meter.total({ cut: true, refused: waited(saved) })
}

/** The bill of a generation of a dead process. */
export function billOfOrphan(row: GenerationRow, usage: Usage | null, saved: LogEvent[]): Bill | null {
  if (row.booking === null) return null
  const waits = saved.filter(({ type }) => type === 'retry').length
  const attempts = waited(saved) ? waits : waits + 1
  const charge = { booking: readBooking(row.booking), metered: { price: priceOfRow(row) } }
  return billOf(charge, usage, attempts)
}

/** Whether it waited to ask the upstream again: what had been asked was refused. */
function waited(saved: LogEvent[]): boolean {
  return saved.at(-1)?.type === 'retry'
}

function priceOfRow(row: GenerationRow): Price | null {
  return row.price === null ? null : price.parse(JSON.parse(row.price))
}
