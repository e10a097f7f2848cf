import 'server-only'
import type { Bill } from '@/lib/database/generations'
import type { GenerationRow } from '@/lib/database/schema'
import { readBooking } from '@/lib/database/spending'
import type { LogEvent, Usage } from '@/lib/protocol/events'
import { type Folded, textOf } from '@/lib/protocol/messages'
import { type Price, price } from '@/lib/protocol/prices'
import { fitted } from '@/lib/usage/context'
import { Meter } from '@/lib/usage/meter'
import { billOf } from './charge'
import { parseSettings, requestOf } from './settings'
import { historyTo, promptOf } from './start'

/** What a generation of a dead process used, as far as what is left of its log tells. */
export async function usageOfOrphan(row: GenerationRow, saved: LogEvent[], before: Folded): Promise<Usage | null> {
  if (row.booking === null) return null
  const { model } = readBooking(row.booking)
  const settings = parseSettings(row.settings)
  const whole = requestOf({ model }, await historyTo(row.userMessageId), true, settings)
  const paid = priceOfRow(row)
  const { messages } = await fitted(model, whole.messages, {
    window: paid?.contextWindow ?? null,
    room: settings.maxTokens,
  })
  const meter = new Meter({
    model,
    messages: promptOf({ ...whole, messages, partial: textOf(before.parts) }),
    prompt: null,
    price: paid,
  })
  meter.attempt()
  for (const { type, data } of saved) if (type === 'delta' || type === 'reasoning') meter.add(type, data.text)
  return await meter.total({ cut: true, refused: false })
}

/** The bill of a generation of a dead process. */
export function billOfOrphan(row: GenerationRow, usage: Usage | null, saved: LogEvent[]): Bill | null {
  if (row.booking === null) return null
  const attempts = 1 + saved.filter(({ type }) => type === 'retry').length
  const charge = { booking: readBooking(row.booking), metered: { price: priceOfRow(row) } }
  return billOf(charge, usage, attempts)
}

function priceOfRow(row: GenerationRow): Price | null {
  return row.price === null ? null : price.parse(JSON.parse(row.price))
}
