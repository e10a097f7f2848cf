import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { changedFields, toProviderDraft } from '@/components/settings/providers/provider-draft'
import { ProviderForm } from '@/components/settings/providers/provider-form'
import type { ProviderTest } from '@/lib/protocol/providers'

Element.prototype.scrollIntoView = () => {}

const success: ProviderTest = {
  betterBaseUrl: null,
  models: ['large'],
  modelCount: 1,
  modelsProblem: null,
  model: 'large',
  text: 'Hello there.',
  firstTokenMs: 12,
  answerProblem: null,
}
const notFound = { kind: 'not_found' as const, message: 'No API found at this address.', retryable: false }
const noList: ProviderTest = {
  ...success,
  models: [],
  modelCount: 0,
  modelsProblem: notFound,
  model: null,
  text: '',
  firstTokenMs: null,
}

/** The requests of the form, and the server's responses to its tests, in order. */
const requests: Record<string, unknown>[] = []
const responses: ProviderTest[] = []
beforeEach(() => {
  requests.length = 0
  responses.length = 0
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    requests.push(JSON.parse(body))
    return Response.json(responses.shift() ?? success)
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function open() {
  render(<ProviderForm provider={null} onSaved={async () => undefined} onCancel={() => undefined} />)
  const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } })
  const test = async () => {
    const count = requests.length
    fireEvent.click(screen.getByRole('button', { name: 'Test' }))
    await waitFor(() => expect(requests).toHaveLength(count + 1))
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Test' }).disabled).toBe(false))
  }
  return { type, test }
}

it('asks for a model name if the server lists none, and tests that model', async () => {
  responses.push(noList)
  const { type, test } = open()
  type('Base URL', 'https://gateway.example/v1')
  expect(screen.queryByLabelText('Model to test')).toBeNull()
  await test()
  expect(requests[0]).not.toHaveProperty('model')
  type('Model to test', ' org/large:7b ')
  await test()
  expect(requests[1]).toMatchObject({ baseUrl: 'https://gateway.example/v1', model: 'org/large:7b' })
  expect(screen.getByRole('status').textContent).toContain('large responded')
  // The model is only for the test and isn't stored.
  type('Name', 'Gateway')
  fireEvent.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(requests).toHaveLength(3))
  expect(requests[2]).not.toHaveProperty('model')
})

it.each<[string, ProviderTest]>([
  ['an empty list', { ...noList, modelsProblem: null }],
  ['only models that cannot chat', { ...noList, modelsProblem: null, models: ['whisper-1'], modelCount: 1 }],
])('asks for a model name with %s', async (_, response) => {
  responses.push(response)
  const { type, test } = open()
  type('Base URL', 'https://gateway.example/v1')
  await test()
  expect(screen.getByLabelText('Model to test')).toBeTruthy()
})

it('suggests the base URL that works, and uses it on click', async () => {
  responses.push({ ...success, betterBaseUrl: 'http://localhost:1234/v1' })
  const { type, test } = open()
  type('Base URL', 'http://localhost:1234')
  await test()
  fireEvent.click(screen.getByRole('button', { name: 'Use this address' }))
  expect(screen.getByLabelText<HTMLInputElement>('Base URL').value).toBe('http://localhost:1234/v1')
  expect(screen.queryByRole('button', { name: 'Use this address' })).toBeNull()
  expect(screen.getByRole('status').textContent).toContain('1 model found')
})

it('sends the key of the Azure preset in the header api-key', async () => {
  const { type, test } = open()
  fireEvent.click(screen.getByRole('button', { name: 'Azure' }))
  type('API key', 'abc')
  await test()
  expect(requests[0]).toMatchObject({ headers: { 'api-key': 'abc' } })
  expect(requests[0]).not.toHaveProperty('apiKey')
  expect(requests[0]?.baseUrl).toMatch(
    /^https:\/\/RESOURCE\.openai\.azure\.com\/openai\/deployments\/DEPLOYMENT\?api-version=\d{4}-\d\d-\d\d$/,
  )
  fireEvent.click(screen.getByRole('button', { name: 'OpenAI' }))
  expect(screen.queryByLabelText('Base URL')).toBeNull()
  await test()
  expect(requests[1]).toMatchObject({ baseUrl: 'https://api.openai.com/v1', apiKey: 'abc', headers: {} })
})

it('keeps a stored Azure key, and replaces it in the same header', async () => {
  const stored = {
    ...{ id: 'one', name: 'Azure', baseUrl: 'https://mine.openai.azure.com/openai', hasKey: false, createdAt: 1 },
    ...{ headerNames: ['api-key'], unreadable: false, firstTokenTimeoutMs: null, idleTimeoutMs: null },
  }
  expect(changedFields(toProviderDraft(stored), stored)).toEqual({})
  expect(changedFields({ ...toProviderDraft(stored), apiKey: 'new' }, stored)).toEqual({
    baseUrl: stored.baseUrl,
    headers: { 'api-key': 'new' },
  })
})

it.each([
  ['Groq', 'API key'],
  ['Azure', 'Base URL'],
  ['Other', 'Name'],
])('choosing %s focuses the next empty field', (preset, label) => {
  open()
  fireEvent.click(screen.getByRole('button', { name: preset }))
  expect(document.activeElement).toBe(screen.getByLabelText(label))
})

it('does not ask for a model name if the server is unreachable', async () => {
  responses.push({ ...noList, modelsProblem: { kind: 'network', message: 'Nothing is running.', retryable: false } })
  const { type, test } = open()
  type('Base URL', 'http://localhost:11434/v1')
  await test()
  expect(screen.getByRole('status').textContent).toContain('Nothing is running.')
  expect(screen.queryByLabelText('Model to test')).toBeNull()
})

it('saves once, also while the list behind it is loading', async () => {
  const times = { firstTokenTimeoutMs: null, idleTimeoutMs: null, createdAt: 1 }
  const saved = {
    id: 'p',
    name: 'Gateway',
    baseUrl: 'https://gateway.example/v1',
    hasKey: false,
    headerNames: [],
    ...times,
  }
  const fetch = vi.fn(async () => Response.json({ ...saved, unreadable: false }, { status: 201 }))
  vi.stubGlobal('fetch', fetch)
  const onSaved = vi.fn(() => new Promise<void>(() => {}))
  render(<ProviderForm provider={null} onSaved={onSaved} onCancel={() => undefined} />)
  fireEvent.change(screen.getByLabelText('Name'), { target: { value: 'Gateway' } })
  fireEvent.change(screen.getByLabelText('Base URL'), { target: { value: saved.baseUrl } })
  fireEvent.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(onSaved).toHaveBeenCalled())
  await act(async () => undefined)
  fireEvent.click(screen.getByRole('button', { name: 'Saving…' }))
  expect(fetch).toHaveBeenCalledTimes(1)
})
