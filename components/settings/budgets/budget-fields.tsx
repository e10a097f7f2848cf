'use client'
import { type RefObject, useEffect, useRef } from 'react'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { useConversations } from '@/lib/client/state/context'
import { type BudgetDraft, budgetCurrencies, editableScopes, scopeNames } from './budget-draft'

const scopeOptions = editableScopes.map((scope) => ({ value: scope, name: scopeNames[scope] }))
const measureOptions: { value: BudgetDraft['measure']; name: string }[] = [
  { value: 'cost', name: 'Cost' },
  { value: 'tokens', name: 'Tokens' },
]

/** The fields of a budget; only a new one can choose what it limits. The first field takes the focus. */
export function BudgetFields({
  draft,
  isNew,
  problem,
  amountField,
  onChange,
}: {
  draft: BudgetDraft
  isNew: boolean
  problem: string | null
  amountField: RefObject<HTMLInputElement | null>
  onChange(change: Partial<BudgetDraft>): void
}) {
  const userCurrency = useConversations((state) => state.settings.currency)
  const scopeField = useRef<HTMLSelectElement>(null)
  useEffect(() => (scopeField.current ?? amountField.current)?.focus(), [amountField])
  const inTokens = draft.measure === 'tokens'
  return (
    <div className="flex flex-wrap items-start gap-4">
      {isNew ? (
        <>
          <SelectField
            ref={scopeField}
            label="Applies to"
            value={draft.scope}
            options={scopeOptions}
            onChange={(scope) => onChange({ scope })}
          />
          <SelectField
            label="Limit by"
            value={draft.measure}
            options={measureOptions}
            onChange={(measure) => onChange({ measure })}
          />
        </>
      ) : null}
      {!inTokens && userCurrency !== 'USD' ? (
        <SelectField
          label="Currency"
          value={draft.currency}
          options={budgetCurrencies(userCurrency).map((currency) => ({ value: currency, name: currency }))}
          onChange={(currency) => onChange({ currency })}
        />
      ) : null}
      <TextField
        ref={amountField}
        className="w-56"
        label={inTokens ? 'Limit (tokens)' : `Limit (${draft.currency})`}
        inputMode={inTokens ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={draft.amount}
        problem={problem}
        onChange={({ target }) => onChange({ amount: target.value })}
      />
    </div>
  )
}
