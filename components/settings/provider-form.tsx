'use client'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/text-field'
import type { Provider, ProviderTest } from '@/lib/protocol/providers'
import { client } from './client'
import { changeOf, draftOf, fieldProblem, type ProviderDraft, presetDraft, requestOf, wantsModel } from './form-state'
import { HeaderFields } from './header-fields'
import { type Preset, presets } from './presets'
import { TestResult } from './test-result'
import { useWork } from './use-work'

/** What each group of fields is given. */
interface FieldsProps {
  draft: ProviderDraft
  wordsFor(field: string): string | null
  onChange(part: Partial<ProviderDraft>): void
}

/** Adds a provider or changes one. The test tries what stands in the form, saved or not. */
export function ProviderForm({
  provider,
  onSaved,
  onCancel,
}: {
  provider: Provider | null
  onSaved(): void
  onCancel(): void
}) {
  const [draft, setDraft] = useState(() => draftOf(provider))
  const { work, problem, run, forgetProblem } = useWork<'testing' | 'saving'>()
  const [test, setTest] = useState<ProviderTest | null>(null)
  const [namesModel, setNamesModel] = useState(false)
  const change = (part: Partial<ProviderDraft>) => {
    setDraft((before) => ({ ...before, ...part }))
    forgetProblem()
    setTest(null)
  }
  const wrong = fieldProblem(problem)
  const fields: FieldsProps = {
    draft,
    wordsFor: (field) => (wrong?.field === field ? wrong.words : null),
    onChange: change,
  }
  const onTest = () =>
    run('testing', async () => {
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
    void run('saving', async () => {
      if (provider) await client().changeProvider(provider.id, changeOf(draft, provider))
      else await client().addProvider(requestOf(draft))
      onSaved()
    })
  }
  return (
    <form
      onSubmit={onSave}
      aria-label={provider ? `Edit ${provider.name}` : 'Add a provider'}
      className="space-y-4 py-5"
    >
      {provider ? null : <Presets onChoose={(preset) => change(presetDraft(preset))} />}
      <PlaceFields {...fields} />
      <KeyField {...fields} stored={provider?.hasKey ?? false} />
      <HeaderFields
        stored={provider?.headerNames ?? []}
        rows={draft.headers}
        problem={fields.wordsFor('headers')}
        onChange={(headers) => change({ headers })}
      />
      <PatienceFields {...fields} />
      {namesModel ? <ModelField {...fields} /> : null}
      <div role="alert">{problem && !wrong ? <p className="text-danger text-small">{problem.message}</p> : null}</div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={work !== null}>
          {work === 'saving' ? 'Saving' : 'Save'}
        </Button>
        <Button disabled={work !== null || draft.baseUrl.trim() === ''} onClick={() => void onTest()}>
          {work === 'testing' ? 'Testing' : 'Test'}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
      <div role="status">{test ? <TestResult test={test} onBetter={onBetter} /> : null}</div>
    </form>
  )
}

/** What it is called and where it is. The form begins here. */
function PlaceFields({ draft, wordsFor, onChange }: FieldsProps) {
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    first.current?.focus()
  }, [])
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
        spellCheck={false}
        placeholder="https://api.example.com/v1"
        value={draft.baseUrl}
        problem={wordsFor('baseUrl')}
        onChange={(event) => onChange({ baseUrl: event.target.value })}
      />
    </div>
  )
}

function KeyField({ draft, wordsFor, onChange, stored }: FieldsProps & { stored: boolean }) {
  return (
    <TextField
      label="Key"
      type="password"
      autoComplete="off"
      value={draft.apiKey}
      hint={stored ? 'A key is stored. Leave this empty to keep it.' : 'Leave this empty for a server that needs none.'}
      problem={wordsFor('apiKey')}
      onChange={(event) => onChange({ apiKey: event.target.value })}
    />
  )
}

/** The model that a test asks, where the server lists none that it could. */
function ModelField({ draft, wordsFor, onChange }: FieldsProps) {
  return (
    <TextField
      label="Model to test"
      autoComplete="off"
      spellCheck={false}
      maxLength={200}
      hint="The server lists none to test. Type a name as the provider writes it; in a conversation, type it into the list of models."
      value={draft.model}
      problem={wordsFor('model')}
      onChange={(event) => onChange({ model: event.target.value })}
    />
  )
}

/** How long an answer may be silent before it counts as lost. */
function PatienceFields({ draft, wordsFor, onChange }: FieldsProps) {
  const seconds = { type: 'number', inputMode: 'numeric', min: 1, max: 86_400, step: 1 } as const
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        {...seconds}
        label="Seconds to the first word"
        hint="Empty: 300, or 600 for local servers and models that reason first, unless the server is set otherwise."
        value={draft.firstTokenTimeout}
        problem={wordsFor('firstTokenTimeoutMs')}
        onChange={(event) => onChange({ firstTokenTimeout: event.target.value })}
      />
      <TextField
        {...seconds}
        label="Seconds between words"
        hint="Empty: 60, unless the server is set otherwise."
        value={draft.idleTimeout}
        problem={wordsFor('idleTimeoutMs')}
        onChange={(event) => onChange({ idleTimeout: event.target.value })}
      />
    </div>
  )
}

function Presets({ onChoose }: { onChoose(preset: Preset): void }) {
  return (
    <fieldset>
      <legend className="font-strong text-small">Begin with</legend>
      <div className="mt-1 flex flex-wrap gap-2">
        {presets.map((preset) => (
          <Button key={preset.name} look="quiet" onClick={() => onChoose(preset)}>
            {preset.name}
          </Button>
        ))}
      </div>
    </fieldset>
  )
}
