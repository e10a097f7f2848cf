'use client'
import { type ComponentProps, useEffect, useId, useRef, useState } from 'react'
import { SelectField } from '@/components/ui/select-field'
import { TextField } from '@/components/ui/text-field'
import { useConversations } from '@/lib/client/state/context'
import type { PricedProvider } from '@/lib/protocol/billing/prices'

type FieldProps = Pick<
  ComponentProps<typeof TextField>,
  'value' | 'onChange' | 'problem' | 'autoComplete' | 'autoCapitalize' | 'spellCheck'
>

const OTHER_PROVIDER = ''

/** The provider and the model of a new price. A provider that isn't listed is named by its host. */
export function ModelFields({
  providers,
  provider,
  model,
  onProvider,
}: {
  providers: PricedProvider[]
  provider: FieldProps & { value: string }
  model: FieldProps
  onProvider(provider: string): void
}) {
  const [other, setOther] = useState(providers.length === 0)
  const providerField = useRef<HTMLSelectElement>(null)
  const groups = useConversations((state) => state.models?.groups)
  const modelList = useId()
  useEffect(() => providerField.current?.focus(), [])
  const name = providers.find((each) => each.provider === provider.value)?.name
  const models = groups?.find((group) => group.name === name)?.models ?? []
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <div className="space-y-3">
        <SelectField
          ref={providerField}
          label="Provider"
          className="w-full"
          value={other ? OTHER_PROVIDER : provider.value}
          options={[...providerOptions(providers), { value: OTHER_PROVIDER, name: 'Other…' }]}
          onChange={(chosen) => {
            setOther(chosen === OTHER_PROVIDER)
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
      <TextField label="Model" required list={modelList} {...model} />
      <datalist id={modelList}>
        {models.map(({ id, name: modelName }) => (
          <option key={id} value={modelName} />
        ))}
      </datalist>
    </div>
  )
}

/** Appends the host to the names of providers that share a name. */
function providerOptions(providers: PricedProvider[]): { value: string; name: string }[] {
  return providers.map(({ name, provider }) => {
    const ambiguous = providers.filter((each) => each.name === name).length > 1
    return { value: provider, name: ambiguous ? `${name} (${provider})` : name }
  })
}
