'use client'
import Link from 'next/link'
import { Button } from '@/components/ui/button'
import { useMoney } from '@/components/ui/use-money'
import type { BudgetState, Estimate } from '@/lib/protocol/budgets'
import type { Problem } from '@/lib/protocol/events'
import { amountWords, budgetNames, differenceOf, usedWords } from './budget-words'
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
  const misfit = estimate?.budget?.fits === false
  return (
    <>
      {notSent ? <NotSent problem={notSent} /> : null}
      {misfit && estimate ? (
        <Misfit estimate={estimate} said={refused} onSendShorter={onSendShorter} />
      ) : refused ? (
        <div className="mb-3 text-small">
          <RaiseLink />
        </div>
      ) : (
        <NearEnd estimate={estimate} budgets={budgets} />
      )}
      {estimate ? <ContextNote context={estimate.context} /> : null}
    </>
  )
}

/** A send that failed: the text is back in the box, and this says why. */
function NotSent({ problem }: { problem: Problem }) {
  return (
    <div role="alert" className="mb-3 text-small">
      <p className="font-strong text-danger">Not sent: {problem.message}</p>
      <p>Your text is back in the box.</p>
    </div>
  )
}

/** The longest answer does not fit in a budget: the words, unless they have just been said, and what would fit. */
function Misfit({
  estimate: { budget },
  said,
  onSendShorter,
}: {
  estimate: Estimate
  said: boolean
  onSendShorter(maxTokens: number): void
}) {
  const money = useMoney()
  if (!budget) return null
  const { scope, amount, left, lowerMaxTokens } = budget
  const words = (each: string) => amountWords(each, budget, money)
  return (
    <div className="mb-3 text-small">
      {said ? null : (
        <p role="status" className="text-warn">
          {lowerMaxTokens === null ? 'This does not fit in' : 'The longest answer to this would not fit in'}{' '}
          {budgetNames[scope]}: {words(left)} of {words(amount)} is left.
        </p>
      )}
      <div className="mt-2 flex flex-wrap gap-2">
        {lowerMaxTokens === null ? null : (
          <Button onClick={() => onSendShorter(lowerMaxTokens)}>
            Send with at most {lowerMaxTokens.toLocaleString()} tokens
          </Button>
        )}
        <RaiseLink />
      </div>
    </div>
  )
}

export function RaiseLink({ face = 'Raise the budget' }: { face?: string }) {
  return (
    <Link
      href="/settings#budgets"
      className="inline-flex h-9 touch:h-11 items-center rounded-small border border-line px-3 text-small transition-colors hover:bg-surface-raised"
    >
      {face}
    </Link>
  )
}

/** A budget of which most is used, said before it is used up. */
function NearEnd({ estimate, budgets }: { estimate: Estimate | null; budgets: BudgetState[] }) {
  const money = useMoney()
  const near = budgets.find((budget) => budget.near && budget.spent !== '0')
  const one = estimate?.budget?.near ? estimate.budget : null
  const used = one ? differenceOf(one.amount, one.left) : '0'
  const words = near ? usedWords(near, near.spent, money) : one && used !== '0' ? usedWords(one, used, money) : null
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
