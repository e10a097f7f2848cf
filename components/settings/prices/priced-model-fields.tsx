'use client'
import { type ComponentProps, useEffect, useId, useRef, useState } from 'react'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { useConversations } from '@/lib/client/state/context'
import type { PricedProvider } from '@/lib/protocol/billing/prices'

type Bound = Pick<
  ComponentProps<typeof TextField>,
  'value' | 'onChange' | 'problem' | 'autoComplete' | 'autoCapitalize' | 'spellCheck'
>

const OTHER = ''

/** Which model a new price is of: its provider by the name that people know, and one of that provider's models. */
export function PricedModelFields({
  providers,
  provider,
  model,
  onProvider,
}: {
  providers: PricedProvider[]
  provider: Bound & { value: string }
  model: Bound
  onProvider(provider: string): void
}) {
  const [other, setOther] = useState(providers.length === 0)
  const first = useRef<HTMLSelectElement>(null)
  const groups = useConversations((state) => state.models?.groups)
  const list = useId()
  useEffect(() => first.current?.focus(), [])
  const name = providers.find((each) => each.provider === provider.value)?.name
  const models = groups?.find((group) => group.name === name)?.models ?? []
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <div className="space-y-3">
        <SelectField
          ref={first}
          label="Provider"
          className="w-full"
          value={other ? OTHER : provider.value}
          options={[...optionsOf(providers), { value: OTHER, name: 'Other…' }]}
          onChange={(chosen) => {
            setOther(chosen === OTHER)
            onProvider(chosen)
          }}
        />
        {other ? (
          <TextField
            label="Host"
            required
            placeholder="api.example.com"
            hint="From the provider’s base URL"
            {...provider}
          />
        ) : null}
      </div>
      <TextField label="Model" required list={list} {...model} />
      <datalist id={list}>
        {models.map(({ id, name: modelName }) => (
          <option key={id} value={modelName} />
        ))}
      </datalist>
    </div>
  )
}

/** With the host where two have the same name. */
function optionsOf(providers: PricedProvider[]): { value: string; name: string }[] {
  return providers.map(({ name, provider }) => {
    const twice = providers.filter((each) => each.name === name).length > 1
    return { value: provider, name: twice ? `${name} (${provider})` : name }
  })
}
