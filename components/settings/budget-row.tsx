'use client'
import { Pencil, Trash2 } from 'lucide-react'
import { amountWords, percentOf } from '@/components/chat/budget-words'
import { IconButton } from '@/components/ui/button'
import { Meter } from '@/components/ui/meter'
import { useMoney } from '@/components/ui/use-money'
import type { BudgetState } from '@/lib/protocol/budgets'
import { scopeNames } from './budget-draft'

/** A budget, and how much of it has gone. */
export function BudgetRow({ budget, onChange, onRemove }: { budget: BudgetState; onChange(): void; onRemove(): void }) {
  const money = useMoney()
  const { scope, measure, amount, near } = budget
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
        {counted ? <Used budget={budget} near={near} words={words} /> : null}
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
  budget: { scope, amount, spent, reserved },
  near,
  words,
}: {
  budget: BudgetState
  near: boolean
  words(amount: string): string
}) {
  const used = percentOf(spent, amount)
  const held = reserved === '0' ? '' : `, ${words(reserved)} set aside for what is being written`
  const said = `${words(spent)} used ${scope === 'day' ? 'today' : 'this month'}${held}`
  return (
    <div className="relative mt-1.5 max-w-measure">
      <Meter
        label={`${scopeNames[scope]}: used`}
        words={`${Math.floor(used)} %: ${said}`}
        part={used / 100}
        held={percentOf(reserved, amount) / 100}
        near={near}
        className="w-full"
      />
      <p className={`mt-1 text-note ${near ? 'text-warn' : 'text-ink-quiet'}`}>
        {Math.floor(used)} %: {said}
      </p>
    </div>
  )
}
