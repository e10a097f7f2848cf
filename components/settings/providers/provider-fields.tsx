'use client'
import { useEffect, useRef } from 'react'
import { TextField } from '@/components/ui/text-field'
import type { Provider } from '@/lib/protocol/providers'
import { type Preset, presets } from './presets'
import { hasStoredKey, type ProviderDraft } from './provider-draft'

export interface FieldsProps {
  draft: ProviderDraft
  problemFor(field: string): string | null
  onChange(change: Partial<ProviderDraft>): void
}

/** Well-known providers to start from; null is any other. Takes the focus. */
export function Presets({ chosen, onChoose }: { chosen: Preset | null; onChoose(preset: Preset | null): void }) {
  const firstButton = useRef<HTMLButtonElement>(null)
  useEffect(() => firstButton.current?.focus(), [])
  const options = [...presets.map((preset) => ({ name: preset.name, preset })), { name: 'Other', preset: null }]
  return (
    <fieldset>
      <legend className="font-strong text-small">Start from</legend>
      <div className="mt-1.5 flex flex-wrap gap-1.5">
        {options.map(({ name, preset }, index) => (
          <button
            key={name}
            ref={index === 0 ? firstButton : undefined}
            type="button"
            aria-pressed={chosen === preset}
            onClick={() => onChoose(preset)}
            className="h-8 rounded-small border border-line px-2.5 text-small transition-colors hover:bg-surface-raised touch:h-11 aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-accent-ink"
          >
            {name}
          </button>
        ))}
      </div>
    </fieldset>
  )
}

/** The name and the base URL. */
export function AddressFields({
  draft,
  problemFor,
  onChange,
  preset = null,
  autoFocus = false,
}: FieldsProps & { preset?: Preset | null; autoFocus?: boolean }) {
  const nameField = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (autoFocus) nameField.current?.focus()
  }, [autoFocus])
  return (
    <div className="grid gap-4 sm:grid-cols-[1fr_2fr]">
      <TextField
        ref={nameField}
        label="Name"
        required
        maxLength={200}
        value={draft.name}
        problem={problemFor('name')}
        onChange={(event) => onChange({ name: event.target.value })}
      />
      <TextField
        label="Base URL"
        required
        inputMode="url"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder="https://api.example.com/v1"
        hint={preset?.addressHint}
        value={draft.baseUrl}
        problem={problemFor('baseUrl')}
        onChange={(event) => onChange({ baseUrl: event.target.value })}
      />
    </div>
  )
}

export function KeyField({
  draft,
  problemFor,
  onChange,
  provider,
  optional,
}: FieldsProps & { provider: Provider | null; optional: boolean }) {
  const storedHint = hasStoredKey(provider) ? 'Key saved. Leave blank to keep it.' : null
  return (
    <TextField
      label="API key"
      type="password"
      autoComplete="off"
      value={draft.apiKey}
      hint={storedHint ?? (optional ? 'Leave blank if the server doesn’t need one.' : undefined)}
      problem={problemFor('apiKey')}
      onChange={(event) => onChange({ apiKey: event.target.value })}
    />
  )
}

/** The model to test, for a provider that lists none. */
export function ModelField({ draft, problemFor, onChange }: FieldsProps) {
  return (
    <TextField
      label="Model to test"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={200}
      hint="There’s no list of models from this server. Enter an ID exactly as the provider writes it."
      value={draft.model}
      problem={problemFor('model')}
      onChange={(event) => onChange({ model: event.target.value })}
    />
  )
}
