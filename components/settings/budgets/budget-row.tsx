'use client'
import { Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { formatBudgetAmount, fractionOf } from '@/components/format/budget'
import { formatPercent } from '@/components/format/numbers'
import { useMoneyFormatter } from '@/components/format/use-money-formatter'
import { IconButton } from '@/components/ui/button'
import { Confirmation } from '@/components/ui/confirmation'
import { Meter } from '@/components/ui/meter'
import type { BudgetState } from '@/lib/protocol/billing/budgets'
import { scopeNames } from './budget-draft'

/** A budget, and how much of it has gone. */
export function BudgetRow({
  budget,
  onEdit,
  onRemove,
  onKept,
}: {
  budget: BudgetState
  onEdit(): void
  /** What it throws is shown. */
  onRemove(): Promise<void>
  /** It was asked whether to remove it, and it stays. */
  onKept(): void
}) {
  const [asking, setAsking] = useState(false)
  const money = useMoneyFormatter()
  const { scope, measure, amount, currency, spent } = budget
  const words = (each: string) => formatBudgetAmount(each, budget, money)
  const name = `${scopeNames[scope]}, ${measure === 'cost' ? 'cost' : 'tokens'}`
  const counted = scope === 'day' || scope === 'month'
  return (
    <div className="py-3">
      <div className="flex items-start gap-2 text-small">
        <div className="numbers min-w-0 grow">
          <p>
            <span className="font-strong">{scopeNames[scope]}</span>
            <span className="text-ink-quiet">: up to </span>
            {words(amount)}
          </p>
          {spent === null ? (
            <p className="mt-1 text-note text-warn">
              Rill doesn’t know the exchange rate for {currency}, so nothing can be sent. Edit or remove this budget, or
              choose
              {currency} as your currency.
            </p>
          ) : counted ? (
            <Used budget={budget} spent={spent} words={words} />
          ) : null}
        </div>
        <IconButton label={`Edit budget: ${name}`} onClick={onEdit}>
          <Pencil size={16} aria-hidden="true" />
        </IconButton>
        <IconButton label={`Remove budget: ${name}`} aria-expanded={asking} onClick={() => setAsking(true)}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
      {asking ? (
        <div className="mt-3">
          <Confirmation
            question={`Remove this budget? ${scopeNames[scope]} can then use any amount.`}
            action="Remove"
            onConfirm={onRemove}
            onCancel={() => {
              setAsking(false)
              onKept()
            }}
          />
        </div>
      ) : null}
    </div>
  )
}

/** What has gone of a day's or a month's budget, and what is reserved for replies that are being written. */
function Used({
  budget: { scope, amount, reserved, near },
  spent,
  words,
}: {
  budget: BudgetState
  spent: string
  words(amount: string): string
}) {
  const used = fractionOf(spent, amount)
  const held = reserved === null || reserved === '0' ? '' : `, ${words(reserved)} reserved for replies in progress`
  const said = `${words(spent)} used ${scope === 'day' ? 'today' : 'this month'}${held}`
  return (
    <div className="relative mt-1.5 max-w-measure">
      <Meter
        label={`${scopeNames[scope]}: used`}
        valueText={`${formatPercent(used)}: ${said}`}
        value={used}
        reserved={fractionOf(reserved ?? '0', amount)}
        near={near}
        className="w-full"
      />
      <p className={`mt-1 text-note ${near ? 'text-warn' : 'text-ink-quiet'}`}>
        {formatPercent(used)}: {said}
      </p>
    </div>
  )
}
