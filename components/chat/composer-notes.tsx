'use client'
import Link from 'next/link'
import { Button } from '@/components/ui/button'
import { useMoney } from '@/components/ui/use-money'
import { type BudgetState, type Estimate, WARN_AT } from '@/lib/protocol/budgets'
import type { Problem } from '@/lib/protocol/events'
import { amountWords, budgetNames, differenceOf, percentOf, usedWords } from './budget-words'
import { CONTEXT_WARNING } from './context-gauge'
import { tokenWords } from './numbers'

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
        <Offer shorter={notSent.lowerMaxTokens ?? null} onSendShorter={onSendShorter} />
      ) : (
        <NearEnd estimate={estimate} budgets={budgets} />
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
  const money = useMoney()
  const { scope, amount, left, lowerMaxTokens } = budget
  const words = (each: string) => amountWords(each, budget, money)
  return (
    <>
      {said ? null : (
        <p role="status" className="numbers mb-2 text-small text-warn">
          {lowerMaxTokens === null ? 'This does not fit in' : 'The longest answer to this would not fit in'}{' '}
          {budgetNames[scope]}: {words(left)} of {words(amount)} is left.
        </p>
      )}
      <Offer shorter={lowerMaxTokens} onSendShorter={onSendShorter} />
    </>
  )
}

/** The ways out when a prompt does not fit in a budget. */
function Offer({ shorter, onSendShorter }: { shorter: number | null; onSendShorter(maxTokens: number): void }) {
  return (
    <div className="mb-3 flex flex-wrap gap-2">
      {shorter === null ? null : (
        <Button onClick={() => onSendShorter(shorter)}>Send with at most {tokenWords(shorter)}</Button>
      )}
      <Link
        href="/settings#budgets"
        className="inline-flex h-9 touch:h-11 items-center rounded-small border border-line px-3 text-small transition-colors hover:bg-surface-raised"
      >
        Raise the budget
      </Link>
    </div>
  )
}

/** A budget of which most is used, said before it is used up. */
function NearEnd({ estimate, budgets }: { estimate: Estimate | null; budgets: BudgetState[] }) {
  const money = useMoney()
  const near = budgets.find(({ spent, amount }) => percentOf(spent, amount) >= WARN_AT * 100)
  const one = estimate?.budget?.near ? estimate.budget : null
  const used = one ? differenceOf(one.amount, one.left) : '0'
  const words = near
    ? usedWords(near, near.spent, money)
    : one && percentOf(used, one.amount) >= WARN_AT * 100
      ? usedWords(one, used, money)
      : null
  if (words === null) return null
  return (
    <p role="status" className="numbers mb-2 text-note text-warn">
      {words}
    </p>
  )
}

/** What is left out so that the prompt fits, and that it soon will have to be. */
function ContextNote({ context: { window, used, trimmedTurns } }: Pick<Estimate, 'context'>) {
  if (trimmedTurns > 0) {
    return (
      <p role="status" className="mb-2 text-ink-quiet text-note">
        {trimmedTurns === 1
          ? 'The oldest turn does not fit and is left out.'
          : `The ${trimmedTurns.toLocaleString()} oldest turns do not fit and are left out.`}
      </p>
    )
  }
  if (window === null || used < window * CONTEXT_WARNING) return null
  return (
    <p role="status" className="numbers mb-2 text-note text-warn">
      This fills {Math.round((used / window) * 100)} % of what the model can read. When it is full, the oldest turns are
      left out.
    </p>
  )
}
