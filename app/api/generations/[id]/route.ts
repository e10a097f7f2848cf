import { ownedGeneration } from '@/lib/database/ownership'
import { differencesOf } from '@/lib/event-log/stored-events'
import { endpoint, json } from '@/lib/http/endpoint'
import { price } from '@/lib/protocol/billing/prices'
import type { GenerationDetails } from '@/lib/protocol/details'

/** Details of a generation that its summary leaves out. */
export const GET = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const row = await ownedGeneration(params.id, principal.ownerId)
  const read = price.safeParse(row.price === null ? null : JSON.parse(row.price))
  const { attempts, startedAt, firstTokenAt, endedAt } = row
  const details: GenerationDetails = {
    attempts,
    price: read.success ? read.data : null,
    startedAt,
    firstTokenAt,
    endedAt,
    differences: await differencesOf(row.id),
  }
  return json(details)
})
