'use client'
import Link from 'next/link'
import { formatBudgetUsage, formatBudgetWarning } from '@/components/format/budget'
import { formatPercent, formatTokens } from '@/components/format/numbers'
import { useMoneyFormatter } from '@/components/format/use-money-formatter'
import { Button } from '@/components/ui/button'
import type { BudgetState, Estimate } from '@/lib/protocol/billing/budgets'
import type { Problem } from '@/lib/protocol/events'
import { CONTEXT_WARNING } from './context-gauge'

/** What there is to know before sending, above the box: what hinders it first, then what is close to an end. */
export function ComposerNotes({
  notSent,
  estimate,
  budgets,
  onSendShorter,
}: {
  notSent: Problem | null
  estimate: Estimate | null
  budgets: BudgetState[]
  onSendShorter(maxTokens: number): void
}) {
  const refused = notSent?.kind === 'budget'
  return (
    <>
      {estimate?.budget?.fits === false ? (
        <Misfit budget={estimate.budget} said={refused} onSendShorter={onSendShorter} />
      ) : refused ? (
        <Offer shorter={notSent.lowerMaxTokens ?? null} raise="Raise the budget" onSendShorter={onSendShorter} />
      ) : (
        <NearEnd budgets={budgets} />
      )}
      {estimate ? <ContextNote context={estimate.context} /> : null}
    </>
  )
}

/** The longest answer does not fit in a budget: the words, unless they have just been said, and what would fit. */
function Misfit({
  budget,
  said,
  onSendShorter,
}: {
  budget: NonNullable<Estimate['budget']>
  said: boolean
  onSendShorter(maxTokens: number): void
}) {
  const money = useMoneyFormatter()
  const { unknown, lowerMaxTokens } = budget
  return (
    <>
      {said ? null : (
        <p role="status" className="numbers mb-2 text-small text-warn">
          {unknown ?? formatBudgetWarning(budget, money)}
        </p>
      )}
      <Offer
        shorter={lowerMaxTokens}
        raise={unknown === null ? 'Raise the budget' : 'Open Settings'}
        onSendShorter={onSendShorter}
      />
    </>
  )
}

/** The ways out when a prompt does not fit in a budget. */
function Offer({
  shorter,
  raise,
  onSendShorter,
}: {
  shorter: number | null
  raise: string
  onSendShorter(maxTokens: number): void
}) {
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      {shorter === null ? null : (
        <Button onClick={() => onSendShorter(shorter)}>Limit to {formatTokens(shorter)} and send</Button>
      )}
      <Link
        href="/settings/budgets"
        className="inline-flex h-9 touch:h-11 items-center rounded-small border border-line px-3 text-small transition-colors hover:bg-surface-raised"
      >
        {raise}
      </Link>
    </div>
  )
}

/** A budget of which most is used, said before it is used up. */
function NearEnd({ budgets }: { budgets: BudgetState[] }) {
  const money = useMoneyFormatter()
  const near = budgets.find((budget) => budget.near)
  if (!near) return null
  return (
    <p role="status" className="numbers mb-2 text-note text-warn">
      {formatBudgetUsage(near, money)}
    </p>
  )
}

/** What is left out so that the prompt fits, and that it soon will have to be. */
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
    <p role="status" className="numbers mb-2 text-note text-warn">
      {formatPercent(used / window)} of the context window is used. When it’s full, the oldest messages won’t be sent.
    </p>
  )
}
