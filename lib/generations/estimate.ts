import 'server-only'
import { ownedConversation } from '@/lib/database/ownership'
import type { Estimate } from '@/lib/protocol/budgets'
import { amountOf, type Money } from '@/lib/protocol/money'
import { resolveModel } from '@/lib/providers/resolve'
import { accountOf, scopesOf } from '@/lib/usage/account'
import { tightest, unknownOf } from '@/lib/usage/admission'
import { amountIn, capsOf, lengthToAskFor } from '@/lib/usage/caps'
import { fitted } from '@/lib/usage/context'
import { countPrompt } from '@/lib/usage/prompt'
import { costAtMost, longestAnswer } from '@/lib/usage/worst'
import { requestOf } from './settings'
import { historyTo } from './start'
import { parentOf, type Turn } from './turn'

/** A turn that has not been sent. */
type Draft = Pick<Turn, 'conversationId' | 'parentId' | 'text' | 'model' | 'settings'>

/**
 * What a turn would come to, and whether the person's budgets allow it.
 * @throws {Refused} as `startTurn` does for a conversation, a parent or a model.
 */
export async function estimateTurn(ownerId: string, draft: Draft): Promise<Estimate> {
  const { settings, text } = draft
  const resolved = await resolveModel(ownerId, draft.model)
  const { connection, model, free } = resolved
  const known = draft.conversationId ? await ownedConversation(draft.conversationId, ownerId) : null
  const history = await historyTo(await parentOf(known, draft.parentId))
  const whole = requestOf(resolved, [...history, { role: 'user', content: text }], true, settings)
  const account = await accountOf(ownerId, { baseUrl: connection.baseUrl, model, free })
  const window = account.price?.contextWindow ?? null
  const { messages, trimmedTurns } = await fitted(model, whole.messages, { window, room: whole.maxTokens })
  const { tokens: promptTokens, accuracy } = await countPrompt(model, messages)

  const { price, rate } = account
  // A conversation that begins with this turn has spent nothing yet.
  const caps = capsOf(account, scopesOf(account.timeZone, known?.id ?? '', Date.now()))
  const asked = whole.maxTokens ?? (caps.length > 0 ? lengthToAskFor(account, caps, promptTokens) : null)
  const maxTokens = asked ?? longestAnswer(price, promptTokens)
  const budget =
    caps.length > 0 && maxTokens !== null ? await tightest(account, caps, { promptTokens, maxTokens }) : null
  return {
    promptTokens,
    accuracy,
    maxTokens,
    cost: price && onTheWire(costAtMost(price, promptTokens, 0)),
    atMost: price && maxTokens !== null ? onTheWire(costAtMost(price, promptTokens, maxTokens)) : null,
    context: { window, used: promptTokens, trimmedTurns },
    budget: budget && {
      ...budget.cap.budget,
      left: amountIn(budget.cap.budget, budget.left, rate),
      fits: budget.fits,
      unknown: unknownOf(account, budget.cap),
      lowerMaxTokens: budget.lowerMaxTokens,
      near: budget.near,
    },
  }
}

function onTheWire({ picos, currency }: Money) {
  return { amount: amountOf(picos), currency }
}
