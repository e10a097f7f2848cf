import 'server-only'
import { type Booking, nothing } from '@/lib/database/billing/spending'
import type { Bill } from '@/lib/database/generations'
import type { Usage } from '@/lib/protocol/events'
import { amountsOf, storedCost } from './account'
import type { Allowance } from './allowance'
import type { Metered } from './meter'
import { serverSpending } from './server-budget'

/** What a generation is charged by. */
export interface Charge {
  booking: Booking
  metered: Metered
  /** What the budgets allow. Null where none is set. */
  allowance: Allowance | null
}

/** The bill for what a generation used; nothing, when the upstream was not asked or refused. */
export function billOf(
  { booking, metered: { price } }: Pick<Charge, 'booking'> & { metered: Pick<Metered, 'price'> },
  usage: Usage | null,
  attempts: number,
): Bill {
  const spent = usage ? amountsOf(usage, price, booking.rate) : nothing
  const serverSpent = booking.server && usage ? serverSpending(booking.server, usage, booking.rate) : nothing
  return { spent, attempts, cost: storedCost(usage, price), serverSpent }
}

/** The bill for a generation whose use could not be counted: all that was reserved for it, so that no budget is passed. */
export function billUncounted({ booking }: Pick<Charge, 'booking'>, attempts: number): Bill {
  const { reserved, server } = booking
  return { spent: reserved, attempts, cost: null, serverSpent: server && { picos: server.picos, tokens: 0n } }
}
