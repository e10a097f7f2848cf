'use client'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { TextField } from '@/components/ui/text-field'
import type { Problem } from '@/lib/protocol/events'
import type { Provider, ProviderTest } from '@/lib/protocol/providers'
import { problemOf } from '@/lib/store/client'
import { client } from './client'
import { draftOf, fieldProblem, type ProviderDraft, requestOf } from './form-state'
import { HeaderFields } from './header-fields'
import { type Preset, presets } from './presets'
import { TestResult } from './test-result'

type Work = 'none' | 'testing' | 'saving'

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
  const [work, setWork] = useState<Work>('none')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [test, setTest] = useState<ProviderTest | null>(null)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    first.current?.focus()
  }, [])
  const change = (part: Partial<ProviderDraft>) => {
    setDraft((before) => ({ ...before, ...part }))
    setProblem(null)
    setTest(null)
  }
  const wrong = fieldProblem(problem)
  const wordsFor = (field: string) => (wrong?.field === field ? wrong.words : null)

  const run = async (kind: Work, job: () => Promise<void>) => {
    if (work !== 'none') return
    setWork(kind)
    setProblem(null)
    try {
      await job()
    } catch (error) {
      setProblem(problemOf(error))
    } finally {
      setWork('none')
    }
  }
  const onTest = () =>
    run('testing', async () => {
      setTest(null)
      setTest(await client().testProvider({ ...requestOf(draft), id: provider?.id }))
    })
  const onSave = (event: FormEvent) => {
    event.preventDefault()
    void run('saving', async () => {
      await client().saveProvider(provider?.id ?? null, requestOf(draft))
      onSaved()
    })
  }

  return (
    <form
      onSubmit={onSave}
      aria-label={provider ? `Edit ${provider.name}` : 'Add a provider'}
      className="space-y-4 py-5"
    >
      {provider ? null : <Presets onChoose={(preset) => change({ name: preset.name, baseUrl: preset.baseUrl })} />}
      <div className="grid gap-4 sm:grid-cols-[1fr_2fr]">
        <TextField
          ref={first}
          label="Name"
          required
          maxLength={200}
          value={draft.name}
          problem={wordsFor('name')}
          onChange={(event) => change({ name: event.target.value })}
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
          onChange={(event) => change({ baseUrl: event.target.value })}
        />
      </div>
      <TextField
        label="Key"
        type="password"
        autoComplete="off"
        value={draft.apiKey}
        hint={
          provider?.hasKey
            ? 'A key is stored. Leave this empty to keep it.'
            : 'Leave this empty for a server that needs none.'
        }
        problem={wordsFor('apiKey')}
        onChange={(event) => change({ apiKey: event.target.value })}
      />
      <HeaderFields
        stored={provider?.headerNames ?? []}
        rows={draft.headers}
        problem={wordsFor('headers')}
        onChange={(headers) => change({ headers })}
      />
      <PatienceFields draft={draft} wordsFor={wordsFor} onChange={change} />
      <div role="alert">{problem && !wrong ? <p className="text-danger text-small">{problem.message}</p> : null}</div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={work !== 'none'}>
          {work === 'saving' ? 'Saving' : 'Save'}
        </Button>
        <Button disabled={work !== 'none' || draft.baseUrl.trim() === ''} onClick={() => void onTest()}>
          {work === 'testing' ? 'Testing' : 'Test'}
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
      <div role="status">{test ? <TestResult test={test} /> : null}</div>
    </form>
  )
}

/** How long an answer may be silent before it counts as lost. */
function PatienceFields({
  draft,
  wordsFor,
  onChange,
}: {
  draft: ProviderDraft
  wordsFor(field: string): string | null
  onChange(part: Partial<ProviderDraft>): void
}) {
  const seconds = { type: 'number', inputMode: 'numeric', min: 1, max: 86_400, step: 1 } as const
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        {...seconds}
        label="Seconds to the first word"
        hint="Empty: 120, or 600 for models that reason first, unless the server is set otherwise."
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
