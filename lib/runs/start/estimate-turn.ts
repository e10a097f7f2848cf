import 'server-only'
import { type Account, scopesOf } from '@/lib/billing/account'
import { budgetLimitsOf, lengthToRequest, mostRestrictive } from '@/lib/billing/budget-limits'
import { uncheckableReason } from '@/lib/billing/budget-refusals'
import { amountIn } from '@/lib/billing/format-budget'
import { costAtMost, longestReply } from '@/lib/billing/max-cost'
import { serverRefusalOf } from '@/lib/billing/server-budget'
import { config } from '@/lib/config'
import { ownedConversation } from '@/lib/database/ownership'
import { countPromptOf } from '@/lib/prompt/build'
import type { Estimate } from '@/lib/protocol/billing/budgets'
import { amountOf, type Money } from '@/lib/protocol/billing/money'
import { type ResolvedModel, resolveModel } from '@/lib/providers/resolve'
import type { Count } from '@/lib/tokens/tokenizers'
import { accountFor, serverBaseUrlOf } from './start-generation'
import { parentOf, type Turn } from './start-turn'
import { lengthOf } from './turn-settings'

/** A turn that isn't sent yet. */
type Draft = Pick<Turn, 'conversationId' | 'parentId' | 'text' | 'model' | 'settings'>

/**
 * What a turn would cost, and whether the person's budgets and the operator's allow it. Writes nothing. Once a conversation has
 * been counted, its length no longer matters.
 * @throws {Refused} like `prepareTurn` for a conversation, a parent or a model; the signal's reason when it aborts.
 */
export async function estimateTurn(ownerId: string, draft: Draft, signal?: AbortSignal): Promise<Estimate> {
  const { settings = {}, text } = draft
  const resolved = await resolveModel(ownerId, draft.model)
  const known = draft.conversationId ? await ownedConversation(draft.conversationId, ownerId) : null
  const head = await parentOf(known, draft.parentId)
  const account = await accountFor(ownerId, resolved)
  signal?.throwIfAborted()
  const window = account.price?.contextWindow ?? null
  const length = lengthOf(settings, account.price)
  const replyTokens = length.maxTokens
  const source = { head, text, system: settings.system, model: resolved.model, window, replyTokens }
  const { tokens: promptTokens, accuracy, trimmedTurns } = await countPromptOf(source, signal)

  const { price, rate } = account
  // A conversation that begins with this turn has spent nothing yet.
  const limits = budgetLimitsOf(account, scopesOf(account.timeZone, known?.id ?? '', Date.now()))
  const asked = limits.length > 0 ? lengthToRequest(account, limits, promptTokens, length) : replyTokens
  const maxTokens = asked ?? longestReply(price, promptTokens)
  const budget =
    limits.length > 0 && maxTokens !== null ? await mostRestrictive(account, limits, { promptTokens, maxTokens }) : null
  const own = budget && {
    ...budget.limit.budget,
    left: amountIn(budget.limit.budget, budget.left, rate),
    fits: budget.fits,
    unknown: uncheckableReason(account, budget.limit),
    lowerMaxTokens: budget.lowerMaxTokens,
    near: budget.near,
  }
  const server = await serverBudgetOf(account, resolved, { tokens: promptTokens, accuracy }, asked)
  return {
    promptTokens,
    accuracy,
    maxTokens,
    cost: price && onTheWire(costAtMost(price, promptTokens, 0)),
    atMost: price && maxTokens !== null ? onTheWire(costAtMost(price, promptTokens, maxTokens)) : null,
    context: { window, used: promptTokens, trimmedTurns },
    budget: budget?.fits === false ? own : (server ?? own),
  }
}

/** The operator's budget if it has no room: a message without numbers, since the rest of that budget is private. */
async function serverBudgetOf(
  account: Account,
  resolved: ResolvedModel,
  count: Count,
  maxTokens: number | undefined,
): Promise<Estimate['budget']> {
  const most = config().budgetPerDay
  const baseUrl = serverBaseUrlOf(resolved)
  if (most === null || baseUrl === null) return null
  const candidate = { baseUrl, model: resolved.model, countPrompt: async () => count, maxTokens, at: Date.now() }
  const refusal = await serverRefusalOf(account, candidate)
  if (refusal === null) return null
  const budget = { scope: 'day' as const, measure: 'cost' as const, amount: amountOf(most), currency: 'USD' }
  return { ...budget, left: null, fits: false, unknown: refusal.message, lowerMaxTokens: null, near: false }
}

function onTheWire({ picos, currency }: Money) {
  return { amount: amountOf(picos), currency }
}
