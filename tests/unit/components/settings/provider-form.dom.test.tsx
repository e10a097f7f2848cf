import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { changeOf, draftOf } from '@/components/settings/providers/provider-draft'
import { ProviderForm } from '@/components/settings/providers/provider-form'
import type { ProviderTest } from '@/lib/protocol/providers'

Element.prototype.scrollIntoView = () => {}

const fine: ProviderTest = {
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
  ...fine,
  models: [],
  modelCount: 0,
  modelsProblem: notFound,
  model: null,
  text: '',
  firstTokenMs: null,
}

/** What the server was asked, and what it answers to each test. */
const asked: Record<string, unknown>[] = []
const answers: ProviderTest[] = []
beforeEach(() => {
  asked.length = 0
  answers.length = 0
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    asked.push(JSON.parse(body))
    return Response.json(answers.shift() ?? fine)
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function open() {
  render(<ProviderForm provider={null} onSaved={() => undefined} onCancel={() => undefined} />)
  const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } })
  const test = async () => {
    const count = asked.length
    fireEvent.click(screen.getByRole('button', { name: 'Test' }))
    await waitFor(() => expect(asked).toHaveLength(count + 1))
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Test' }).disabled).toBe(false))
  }
  return { type, test }
}

it('asks for the name of a model where the server lists none, and tests that', async () => {
  answers.push(noList)
  const { type, test } = open()
  type('Base URL', 'https://gateway.example/v1')
  expect(screen.queryByLabelText('Model to test')).toBeNull()
  await test()
  expect(asked[0]).not.toHaveProperty('model')
  type('Model to test', ' org/large:7b ')
  await test()
  expect(asked[1]).toMatchObject({ baseUrl: 'https://gateway.example/v1', model: 'org/large:7b' })
  expect(screen.getByRole('status').textContent).toContain('large responded')
  // What is stored is the provider alone.
  type('Name', 'Gateway')
  fireEvent.click(screen.getByRole('button', { name: 'Save' }))
  await waitFor(() => expect(asked).toHaveLength(3))
  expect(asked[2]).not.toHaveProperty('model')
})

it.each<[string, ProviderTest]>([
  ['an empty list', { ...noList, modelsProblem: null }],
  ['models that cannot chat alone', { ...noList, modelsProblem: null, models: ['whisper-1'], modelCount: 1 }],
])('asks for it too with %s', async (_, answer) => {
  answers.push(answer)
  const { type, test } = open()
  type('Base URL', 'https://gateway.example/v1')
  await test()
  expect(screen.getByLabelText('Model to test')).toBeTruthy()
})

it('offers the address that works, and takes it over at a click', async () => {
  answers.push({ ...fine, betterBaseUrl: 'http://localhost:1234/v1' })
  const { type, test } = open()
  type('Base URL', 'http://localhost:1234')
  await test()
  fireEvent.click(screen.getByRole('button', { name: 'Use this address' }))
  expect(screen.getByLabelText<HTMLInputElement>('Base URL').value).toBe('http://localhost:1234/v1')
  expect(screen.queryByRole('button', { name: 'Use this address' })).toBeNull()
  expect(screen.getByRole('status').textContent).toContain('1 model found')
})

it('has a preset for Azure, whose key goes where Azure wants it', async () => {
  const { type, test } = open()
  fireEvent.click(screen.getByRole('button', { name: 'Azure' }))
  type('API key', 'abc')
  await test()
  expect(asked[0]).toMatchObject({ headers: { 'api-key': 'abc' } })
  expect(asked[0]).not.toHaveProperty('apiKey')
  expect(asked[0]?.baseUrl).toMatch(
    /^https:\/\/RESOURCE\.openai\.azure\.com\/openai\/deployments\/DEPLOYMENT\?api-version=\d{4}-\d\d-\d\d$/,
  )
  fireEvent.click(screen.getByRole('button', { name: 'OpenAI' }))
  expect(screen.queryByLabelText('Base URL')).toBeNull()
  await test()
  expect(asked[1]).toMatchObject({ baseUrl: 'https://api.openai.com/v1', apiKey: 'abc', headers: {} })
})

it('keeps an Azure key where it is, and puts a new one in its place', async () => {
  const stored = {
    ...{ id: 'one', name: 'Azure', baseUrl: 'https://mine.openai.azure.com/openai', hasKey: false, createdAt: 1 },
    ...{ headerNames: ['api-key'], unreadable: false, firstTokenTimeoutMs: null, idleTimeoutMs: null },
  }
  expect(changeOf(draftOf(stored), stored)).toEqual({})
  expect(changeOf({ ...draftOf(stored), apiKey: 'new' }, stored)).toEqual({
    baseUrl: stored.baseUrl,
    headers: { 'api-key': 'new' },
  })
})

it.each([
  ['Groq', 'API key'],
  ['Azure', 'Base URL'],
  ['Other', 'Name'],
])('goes from %s to what is left to fill in', (preset, label) => {
  open()
  fireEvent.click(screen.getByRole('button', { name: preset }))
  expect(document.activeElement).toBe(screen.getByLabelText(label))
})

it('asks for no model where nothing answers: no name would help', async () => {
  answers.push({ ...noList, modelsProblem: { kind: 'network', message: 'Nothing is running.', retryable: false } })
  const { type, test } = open()
  type('Base URL', 'http://localhost:11434/v1')
  await test()
  expect(screen.getByRole('status').textContent).toContain('Nothing is running.')
  expect(screen.queryByLabelText('Model to test')).toBeNull()
})
