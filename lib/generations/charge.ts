import 'server-only'
import type { Bill } from '@/lib/database/generations'
import { type Booking, nothing } from '@/lib/database/spending'
import type { Problem, Usage } from '@/lib/protocol/events'
import { amountsOf, storedCost } from '@/lib/usage/account'
import type { Metered } from '@/lib/usage/meter'

/** What a generation is charged by. */
export interface Charge {
  ownerId: string
  booking: Booking
  metered: Metered
  /** Says that a budget is used up. Null where none is set. */
  reached: (() => Promise<Problem>) | null
}

/** The bill for what a generation used; nothing, when the upstream was not asked or refused. */
export function billOf(
  { ownerId, booking, metered: { price } }: Pick<Charge, 'ownerId' | 'booking'> & { metered: Pick<Metered, 'price'> },
  usage: Usage | null,
  attempts: number,
): Bill {
  const spent = usage ? amountsOf(usage, price, booking.rate) : nothing
  return { ownerId, booking, spent, attempts, cost: storedCost(usage, price) }
}
