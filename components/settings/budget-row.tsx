'use client'
import { Pencil, Trash2 } from 'lucide-react'
import { amountWords, shareOf } from '@/components/chat/budget-words'
import { IconButton } from '@/components/ui/button'
import { Meter } from '@/components/ui/meter'
import { percentWords } from '@/components/ui/percent'
import { useMoney } from '@/components/ui/use-money'
import type { BudgetState } from '@/lib/protocol/budgets'
import { scopeNames } from './budget-draft'

/** A budget, and how much of it has gone. */
export function BudgetRow({ budget, onChange, onRemove }: { budget: BudgetState; onChange(): void; onRemove(): void }) {
  const money = useMoney()
  const { scope, measure, amount, currency, spent } = budget
  const words = (each: string) => amountWords(each, budget, money)
  const name = `${scopeNames[scope]}, ${measure === 'cost' ? 'cost' : 'tokens'}`
  const counted = scope === 'day' || scope === 'month'
  return (
    <div className="flex items-start gap-2 py-3 text-small">
      <div className="numbers min-w-0 grow">
        <p>
          <span className="font-strong">{scopeNames[scope]}</span>
          <span className="text-ink-quiet"> at most </span>
          {words(amount)}
        </p>
        {spent === null ? (
          <p className="mt-1 text-note text-warn">
            Rill knows no exchange rate for {currency}, so nothing can be sent. Change or remove this budget, or choose{' '}
            {currency} as your currency.
          </p>
        ) : counted ? (
          <Used budget={budget} spent={spent} words={words} />
        ) : null}
      </div>
      <IconButton label={`Change the budget: ${name}`} onClick={onChange}>
        <Pencil size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={`Remove the budget: ${name}`} onClick={onRemove}>
        <Trash2 size={16} aria-hidden="true" />
      </IconButton>
    </div>
  )
}

/** What has gone of a day's or a month's budget, and what is set aside for replies that are being written. */
function Used({
  budget: { scope, amount, reserved, near },
  spent,
  words,
}: {
  budget: BudgetState
  spent: string
  words(amount: string): string
}) {
  const used = shareOf(spent, amount)
  const held = reserved === null || reserved === '0' ? '' : `, ${words(reserved)} set aside for what is being written`
  const said = `${words(spent)} used ${scope === 'day' ? 'today' : 'this month'}${held}`
  return (
    <div className="relative mt-1.5 max-w-measure">
      <Meter
        label={`${scopeNames[scope]}: used`}
        words={`${percentWords(used)}: ${said}`}
        part={used}
        held={shareOf(reserved ?? '0', amount)}
        near={near}
        className="w-full"
      />
      <p className={`mt-1 text-note ${near ? 'text-warn' : 'text-ink-quiet'}`}>
        {percentWords(used)}: {said}
      </p>
    </div>
  )
}
