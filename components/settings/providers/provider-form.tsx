'use client'
import { type FormEvent, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useFocusAfter } from '@/components/ui/use-focus-after'
import { client } from '@/lib/client/transport/page-client'
import type { Provider, ProviderTest } from '@/lib/protocol/providers'
import { useWork } from '../use-work'
import { Advanced } from './advanced-fields'
import type { Preset } from './presets'
import {
  changeOf,
  draftOf,
  fieldProblem,
  type ProviderDraft,
  presetDraft,
  requestOf,
  wantsModel,
} from './provider-draft'
import { AddressFields, type FieldsProps, KeyField, ModelField, Presets } from './provider-fields'
import { TestResult } from './test-result'

/** Adds a provider or changes one: a preset, the key, and what else there is folded away. The test tries what stands here, saved or not. */
export function ProviderForm({
  provider,
  onSaved,
  onCancel,
}: {
  provider: Provider | null
  onSaved(saved: Provider): void
  onCancel(): void
}) {
  const [draft, setDraft] = useState(() => draftOf(provider))
  const [preset, setPreset] = useState<Preset | null>(null)
  const { container, focusAfter } = useFocusAfter<HTMLFormElement>()
  const saving = useWork<'saving'>()
  const testing = useWork<'testing'>()
  const [test, setTest] = useState<ProviderTest | null>(null)
  const [namesModel, setNamesModel] = useState(false)
  const problem = saving.problem ?? testing.problem
  const change = (part: Partial<ProviderDraft>) => {
    setDraft((before) => ({ ...before, ...part }))
    saving.forgetProblem()
    testing.forgetProblem()
    setTest(null)
  }
  const wrong = fieldProblem(problem)
  const fields: FieldsProps = {
    draft,
    wordsFor: (field) => (wrong?.field === field ? wrong.words : null),
    onChange: change,
  }
  const onTest = () =>
    testing.run('testing', async () => {
      setTest(null)
      const model = draft.model.trim() || undefined
      const tested = await client().testProvider({ ...requestOf(draft), id: provider?.id, model })
      setTest(tested)
      setNamesModel((before) => before || wantsModel(tested))
    })
  const onBetter = (baseUrl: string) => {
    setDraft((before) => ({ ...before, baseUrl }))
    setTest((before) => before && { ...before, betterBaseUrl: null })
  }
  const onSave = (event: FormEvent) => {
    event.preventDefault()
    void saving.run('saving', async () => {
      onSaved(
        provider
          ? await client().changeProvider(provider.id, changeOf(draft, provider))
          : await client().addProvider(requestOf(draft)),
      )
    })
  }
  // What a preset fills in needs no look, unless a part of it is the person's to fill in.
  const known = preset !== null && !preset.addressHint && !preset.local
  return (
    <form
      ref={container}
      onSubmit={onSave}
      aria-label={provider ? `Edit ${provider.name}` : 'Add a provider'}
      className="space-y-5 py-5"
    >
      {provider ? null : (
        <Presets
          chosen={preset}
          onChoose={(chosen) => {
            setPreset(chosen)
            change(presetDraft(chosen))
            const next = firstFieldAfter(chosen)
            if (next) focusAfter(next)
          }}
        />
      )}
      {known ? null : <AddressFields {...fields} preset={preset} autoFocus={provider !== null} />}
      <KeyField {...fields} provider={provider} optional={preset?.local ?? preset === null} />
      <Advanced {...fields} withAddress={known} stored={provider?.headerNames ?? []} open={wrong?.field ?? null} />
      {namesModel ? <ModelField {...fields} /> : null}
      <div role="alert">{problem && !wrong ? <p className="text-danger text-small">{problem.message}</p> : null}</div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" aria-disabled={saving.work !== null}>
          {saving.work ? 'Saving…' : 'Save'}
        </Button>
        <Button
          aria-disabled={testing.work !== null}
          disabled={draft.baseUrl.trim() === ''}
          onClick={() => void onTest()}
        >
          {testing.work ? 'Testing…' : 'Test'}
        </Button>
        <Button variant="bare" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <div role="status">{test ? <TestResult test={test} onBetter={onBetter} /> : null}</div>
    </form>
  )
}

/** What is left to fill in: a local server wants nothing more. */
function firstFieldAfter(preset: Preset | null): string | null {
  if (preset === null) return 'input[required]'
  if (preset.addressHint) return 'input[inputmode="url"]'
  return preset.local ? null : 'input[type="password"]'
}
