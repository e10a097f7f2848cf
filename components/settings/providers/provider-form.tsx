'use client'
import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { client } from '@/lib/client/transport/page-client'
import type { Provider, ProviderTest } from '@/lib/protocol/providers'
import { useAction } from '../use-action'
import { AdvancedFields } from './advanced-fields'
import type { Preset } from './presets'
import {
  changedFields,
  fieldProblem,
  needsModel,
  type ProviderDraft,
  presetDraft,
  toProviderDraft,
  toProviderRequest,
} from './provider-draft'
import { AddressFields, type FieldsProps, KeyField, ModelField, Presets } from './provider-fields'
import { TestResult } from './test-result'

/** Adds a provider, or edits one. Test tries the values of the form, saved or not. */
export function ProviderForm({
  provider,
  onSaved,
  onCancel,
}: {
  provider: Provider | null
  onSaved(saved: Provider): Promise<void>
  onCancel(): void
}) {
  const { container, focusAfter } = useFocusAfter<HTMLFormElement>()
  const [preset, setPreset] = useState<Preset | null>(null)
  const { draft, change, saving, testing, test, asksForModel, onSave, onTest, onUseAddress } = useProviderDraft(
    provider,
    onSaved,
  )
  const problem = saving.problem ?? testing.problem
  const invalid = fieldProblem(problem)
  const fields: FieldsProps = {
    draft,
    problemFor: (field) => (invalid?.field === field ? invalid.message : null),
    onChange: change,
  }
  const onPreset = (chosen: Preset | null) => {
    setPreset(chosen)
    change(presetDraft(chosen))
    const selector = nextField(chosen)
    if (selector) focusAfter(selector)
  }
  // Name and base URL of a complete preset need no editing, so they move to the advanced fields.
  const presetIsComplete = preset !== null && !preset.addressHint && !preset.local
  return (
    <form
      ref={container}
      onSubmit={onSave}
      aria-label={provider ? `Edit ${provider.name}` : 'Add a provider'}
      className="space-y-5 py-5"
    >
      {provider ? null : <Presets chosen={preset} onChoose={onPreset} />}
      {presetIsComplete ? null : <AddressFields {...fields} preset={preset} autoFocus={provider !== null} />}
      <KeyField {...fields} provider={provider} optional={preset?.local ?? preset === null} />
      <AdvancedFields
        {...fields}
        withAddress={presetIsComplete}
        storedHeaders={provider?.headerNames ?? []}
        invalidField={invalid?.field ?? null}
      />
      {asksForModel ? <ModelField {...fields} /> : null}
      <div role="alert">{problem && !invalid ? <p className="text-danger text-small">{problem.message}</p> : null}</div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" aria-disabled={saving.pending}>
          {saving.pending ? 'Saving…' : 'Save'}
        </Button>
        <Button aria-disabled={testing.pending} disabled={draft.baseUrl.trim() === ''} onClick={onTest}>
          {testing.pending ? 'Testing…' : 'Test'}
        </Button>
        <Button variant="bare" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <div role="status">{test ? <TestResult test={test} onUseAddress={onUseAddress} /> : null}</div>
    </form>
  )
}

/** The values of the form, and what saving and testing them came to. A change clears both. */
function useProviderDraft(provider: Provider | null, onSaved: (saved: Provider) => Promise<void>) {
  const [draft, setDraft] = useState(() => toProviderDraft(provider))
  const saving = useAction()
  const testing = useAction()
  const [test, setTest] = useState<ProviderTest | null>(null)
  const [asksForModel, setAsksForModel] = useState(false)
  const change = (values: Partial<ProviderDraft>) => {
    setDraft((previous) => ({ ...previous, ...values }))
    saving.clearProblem()
    testing.clearProblem()
    setTest(null)
  }
  const onTest = () =>
    void testing.run(async () => {
      setTest(null)
      const model = draft.model.trim() || undefined
      const result = await client().testProvider({ ...toProviderRequest(draft), id: provider?.id, model })
      setTest(result)
      setAsksForModel((previous) => previous || needsModel(result))
    })
  const onUseAddress = (baseUrl: string) => {
    setDraft((previous) => ({ ...previous, baseUrl }))
    setTest((previous) => previous && { ...previous, betterBaseUrl: null })
  }
  const onSave = (event: FormEvent) => {
    event.preventDefault()
    void saving.run(async () => {
      // Until the form closes, a second save would add the provider again.
      await onSaved(
        provider
          ? await client().changeProvider(provider.id, changedFields(draft, provider))
          : await client().addProvider(toProviderRequest(draft)),
      )
    })
  }
  return { draft, change, saving, testing, test, asksForModel, onSave, onTest, onUseAddress }
}

/** The selector of the first field that a preset leaves empty. A local server needs no input. */
function nextField(preset: Preset | null): string | null {
  if (preset === null) return 'input[required]'
  if (preset.addressHint) return 'input[inputmode="url"]'
  return preset.local ? null : 'input[type="password"]'
}
