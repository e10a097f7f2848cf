import { spendingIn } from '@/lib/database/billing/spending'
import { costsOutsideDollars } from '@/lib/database/conversations'
import { ownedConversation } from '@/lib/database/ownership'
import { endpoint, json } from '@/lib/http/endpoint'
import { amountOf, type Money, sumsOf } from '@/lib/protocol/billing/money'
import type { ConversationSpending } from '@/lib/protocol/details'

/** What a conversation has cost, including its title, other branches and further attempts. */
export const GET = endpoint<{ id: string }>(async (_request, { principal, params }) => {
  const { id } = await ownedConversation(params.id, principal.ownerId)
  const scope = `conversation:${id}`
  const [spending, { unpriced, costs }] = await Promise.all([
    spendingIn(principal.ownerId, [scope]),
    costsOutsideDollars(id),
  ])
  const { picos, tokens } = spending.get(scope)?.spent ?? { picos: 0n, tokens: 0n }
  const answer: ConversationSpending = {
    tokens: Number(tokens),
    cost: amountJson({ picos, currency: 'USD' }),
    others: sumsOf(costs, { currency: 'USD', perDollar: '1' }).map(amountJson),
    unpriced,
  }
  return json(answer)
})

function amountJson({ picos, currency }: Money) {
  return { amount: amountOf(picos), currency }
}
