import 'server-only'
import { type ReservationRecord, zero } from '@/lib/database/billing/spending'
import type { Bill } from '@/lib/database/generations/checkpoints'
import type { Price } from '@/lib/protocol/billing/prices'
import type { Usage } from '@/lib/protocol/events'
import { amountsOf, storedCost } from './account'
import { serverSpending } from './server-budget'

/** The bill for what a generation used. Nothing is spent when the upstream wasn't asked, or refused: `usage` is null. */
export function billOf(
  { rate, server }: ReservationRecord,
  price: Price | null,
  usage: Usage | null,
  attempts: number,
): Bill {
  return {
    spent: usage ? amountsOf(usage, price, rate) : zero,
    attempts,
    cost: storedCost(usage, price),
    serverSpent: server && usage ? serverSpending(server, usage, rate) : zero,
  }
}

/** The bill for a generation whose usage can't be counted: all that was reserved, so that no budget is exceeded. */
export function fullBill({ reserved, server }: ReservationRecord, attempts: number): Bill {
  return { spent: reserved, attempts, cost: null, serverSpent: server && { picos: server.picos, tokens: 0n } }
}
