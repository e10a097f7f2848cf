'use client'
import { useEffect, useRef } from 'react'
import { TextField } from '@/components/ui/text-field'
import type { Provider } from '@/lib/protocol/providers'
import { type Preset, presets } from './presets'
import { keyIsStored, type ProviderDraft } from './provider-draft'

/** What each group of fields is given. */
export interface FieldsProps {
  draft: ProviderDraft
  wordsFor(field: string): string | null
  onChange(part: Partial<ProviderDraft>): void
}

/** Well-known servers to start from; none is a server with an address of one's own. The form begins here. */
export function Presets({ chosen, onChoose }: { chosen: Preset | null; onChoose(preset: Preset | null): void }) {
  const first = useRef<HTMLButtonElement>(null)
  useEffect(() => first.current?.focus(), [])
  const options = [...presets.map((preset) => ({ name: preset.name, preset })), { name: 'Other', preset: null }]
  return (
    <fieldset>
      <legend className="font-strong text-small">Start from</legend>
      <div className="mt-1.5 flex flex-wrap gap-1.5">
        {options.map(({ name, preset }, index) => (
          <button
            key={name}
            ref={index === 0 ? first : undefined}
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

/** What it is called and where it is. */
export function AddressFields({
  draft,
  wordsFor,
  onChange,
  preset = null,
  autoFocus = false,
}: FieldsProps & { preset?: Preset | null; autoFocus?: boolean }) {
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (autoFocus) first.current?.focus()
  }, [autoFocus])
  return (
    <div className="grid gap-4 sm:grid-cols-[1fr_2fr]">
      <TextField
        ref={first}
        label="Name"
        required
        maxLength={200}
        value={draft.name}
        problem={wordsFor('name')}
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
        problem={wordsFor('baseUrl')}
        onChange={(event) => onChange({ baseUrl: event.target.value })}
      />
    </div>
  )
}

export function KeyField({
  draft,
  wordsFor,
  onChange,
  provider,
  optional,
}: FieldsProps & { provider: Provider | null; optional: boolean }) {
  const kept = keyIsStored(provider) ? 'Key saved. Leave blank to keep it.' : null
  return (
    <TextField
      label="API key"
      type="password"
      autoComplete="off"
      value={draft.apiKey}
      hint={kept ?? (optional ? 'Leave blank if the server doesn’t need one.' : undefined)}
      problem={wordsFor('apiKey')}
      onChange={(event) => onChange({ apiKey: event.target.value })}
    />
  )
}

/** The model that a test asks, where the server lists none that it could. */
export function ModelField({ draft, wordsFor, onChange }: FieldsProps) {
  return (
    <TextField
      label="Model to test"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={200}
      hint="There’s no list of models from this server. Enter an ID exactly as the provider writes it."
      value={draft.model}
      problem={wordsFor('model')}
      onChange={(event) => onChange({ model: event.target.value })}
    />
  )
}
