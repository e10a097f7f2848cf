import 'server-only'
import type { Bill } from '@/lib/database/generations'
import { type Booking, nothing } from '@/lib/database/spending'
import type { Problem, Usage } from '@/lib/protocol/events'
import { amountsOf } from '@/lib/usage/account'
import { costOf } from '@/lib/usage/cost'
import type { Metered } from '@/lib/usage/meter'

/** What a generation is charged by. */
export interface Charge {
  ownerId: string
  booking: Booking
  metered: Metered
  /** Says that a budget is used up. Null where none is set. */
  reached: (() => Promise<Problem>) | null
}

/** A signed 64-bit integer holds no more. */
const MOST_STORED = 9n * 10n ** 18n

/** The bill for what a generation used; nothing, when the upstream was not asked or refused. */
export function billOf(
  { ownerId, booking, metered: { price } }: Pick<Charge, 'ownerId' | 'booking'> & { metered: Pick<Metered, 'price'> },
  usage: Usage | null,
  attempts: number,
): Bill {
  const spent = usage ? amountsOf(usage, price, booking.rate) : nothing
  const cost = price && (usage ? costOf(usage, price) : { picos: 0n, currency: price.currency })
  const stored = cost && { ...cost, picos: cost.picos > MOST_STORED ? MOST_STORED : cost.picos }
  return { ownerId, booking, spent, attempts, cost: stored }
}
