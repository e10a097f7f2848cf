'use client'
import Link from 'next/link'
import { formatBudgetUsage, formatBudgetWarning } from '@/components/format/budget'
import { formatPercent, formatTokens } from '@/components/format/numbers'
import { useMoneyFormatter } from '@/components/format/use-money-formatter'
import { Button } from '@/components/ui/button'
import type { BudgetState, Estimate } from '@/lib/protocol/billing/budgets'
import type { Problem } from '@/lib/protocol/events'
import { CONTEXT_WARNING } from './context-gauge'

/** Notes about budgets and the context window: first what prevents sending, then what soon will. */
export function ComposerNotes({
  sendProblem,
  estimate,
  budgets,
  onSendShorter,
}: {
  sendProblem: Problem | null
  estimate: Estimate | null
  budgets: BudgetState[]
  onSendShorter(maxTokens: number): void
}) {
  const overBudget = sendProblem?.kind === 'budget'
  return (
    <>
      {estimate?.budget?.fits === false ? (
        <OverBudget budget={estimate.budget} showReason={!overBudget} onSendShorter={onSendShorter} />
      ) : overBudget ? (
        <BudgetActions
          maxTokens={sendProblem.lowerMaxTokens ?? null}
          settingsLabel="Raise the budget"
          onSendShorter={onSendShorter}
        />
      ) : (
        <BudgetWarning budgets={budgets} />
      )}
      {estimate ? <ContextNote context={estimate.context} /> : null}
    </>
  )
}

/** The longest possible reply would exceed a budget: the reason, and what would fit. */
function OverBudget({
  budget,
  showReason,
  onSendShorter,
}: {
  budget: NonNullable<Estimate['budget']>
  /** False if the failed send already shows it. */
  showReason: boolean
  onSendShorter(maxTokens: number): void
}) {
  const money = useMoneyFormatter()
  const { unknown, lowerMaxTokens } = budget
  return (
    <>
      {showReason ? (
        <p role="status" className="tabular-nums mb-2 text-small text-warn">
          {unknown ?? formatBudgetWarning(budget, money)}
        </p>
      ) : null}
      <BudgetActions
        maxTokens={lowerMaxTokens}
        settingsLabel={unknown === null ? 'Raise the budget' : 'Open Settings'}
        onSendShorter={onSendShorter}
      />
    </>
  )
}

function BudgetActions({
  maxTokens,
  settingsLabel,
  onSendShorter,
}: {
  /** The longest reply that fits in the budget; null if none does. */
  maxTokens: number | null
  settingsLabel: string
  onSendShorter(maxTokens: number): void
}) {
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      {maxTokens === null ? null : (
        <Button onClick={() => onSendShorter(maxTokens)}>Limit to {formatTokens(maxTokens)} and send</Button>
      )}
      <Link
        href="/settings/budgets"
        className="inline-flex h-9 touch:h-11 items-center rounded-small border border-line px-3 text-small transition-colors hover:bg-surface-raised"
      >
        {settingsLabel}
      </Link>
    </div>
  )
}

function BudgetWarning({ budgets }: { budgets: BudgetState[] }) {
  const money = useMoneyFormatter()
  const budget = budgets.find(({ near }) => near)
  if (!budget) return null
  return (
    <p role="status" className="tabular-nums mb-2 text-note text-warn">
      {formatBudgetUsage(budget, money)}
    </p>
  )
}

/** Says that the oldest messages don't fit in the context window, or soon won't. */
function ContextNote({ context: { window, used, trimmedTurns } }: Pick<Estimate, 'context'>) {
  if (trimmedTurns > 0) {
    return (
      <p role="status" className="mb-2 text-ink-quiet text-note">
        {trimmedTurns === 1
          ? 'The oldest message no longer fits and won’t be sent.'
          : 'The oldest messages no longer fit and won’t be sent.'}
      </p>
    )
  }
  if (window === null || used < window * CONTEXT_WARNING) return null
  return (
    <p role="status" className="tabular-nums mb-2 text-note text-warn">
      {formatPercent(used / window)} of the context window is used. When it’s full, the oldest messages won’t be sent.
    </p>
  )
}
