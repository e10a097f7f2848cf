'use client'
import { formatBudgetAmount, fractionOf } from '@/components/format/budget'
import { formatPercent } from '@/components/format/numbers'
import { useMoneyFormatter } from '@/components/format/use-money-formatter'
import { Meter } from '@/components/ui/meter'
import type { BudgetState } from '@/lib/protocol/billing/budgets'
import { EditableRow } from '../editable-row'
import { scopeNames } from './budget-draft'

/** A budget, and how much of it is used. */
export function BudgetRow({
  budget,
  onEdit,
  onRemove,
  onKeep,
}: {
  budget: BudgetState
  onEdit(): void
  /** If it rejects, the problem is shown. */
  onRemove(): Promise<void>
  /** The removal was canceled. */
  onKeep(): void
}) {
  const money = useMoneyFormatter()
  const { scope, measure, amount, currency, spent } = budget
  const format = (each: string) => formatBudgetAmount(each, budget, money)
  const name = `${scopeNames[scope]}, ${measure === 'cost' ? 'cost' : 'tokens'}`
  return (
    <EditableRow
      editLabel={`Edit budget: ${name}`}
      onEdit={onEdit}
      removal={{
        label: `Remove budget: ${name}`,
        question: `Remove this budget? ${scopeNames[scope]} can then use any amount.`,
        action: 'Remove',
        onConfirm: onRemove,
        onCancel: onKeep,
      }}
    >
      <div className="tabular-nums">
        <p>
          <span className="font-strong">{scopeNames[scope]}</span>
          <span className="text-ink-quiet">: up to </span>
          {format(amount)}
        </p>
        {spent === null ? (
          <p className="mt-1 text-note text-warn">
            Rill doesn’t know the exchange rate for {currency}, so nothing can be sent. Edit or remove this budget, or
            choose {currency} as your currency.
          </p>
        ) : scope === 'day' || scope === 'month' ? (
          <BudgetUsage budget={budget} spent={spent} format={format} />
        ) : null}
      </div>
    </EditableRow>
  )
}

/** What is spent of a daily or monthly budget, and reserved for running replies. */
function BudgetUsage({
  budget: { scope, amount, reserved, near },
  spent,
  format,
}: {
  budget: BudgetState
  spent: string
  format(amount: string): string
}) {
  const used = fractionOf(spent, amount)
  const reservation =
    reserved === null || reserved === '0' ? '' : `, ${format(reserved)} reserved for replies in progress`
  const text = `${formatPercent(used)}: ${format(spent)} used ${scope === 'day' ? 'today' : 'this month'}${reservation}`
  return (
    <div className="relative mt-1.5 max-w-measure">
      <Meter
        label={`${scopeNames[scope]}: used`}
        valueText={text}
        value={used}
        reserved={fractionOf(reserved ?? '0', amount)}
        near={near}
        className="w-full"
      />
      <p className={`mt-1 text-note ${near ? 'text-warn' : 'text-ink-quiet'}`}>{text}</p>
    </div>
  )
}
