import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'
import { Starters } from '@/components/chat/welcome'
import { modelName } from '@/components/models/models'
import { ConversationProvider } from '@/lib/client/state/context'
import { newConversationId } from '@/lib/client/state/types'
import { defaultSettings, type ModelGroup, type ModelList } from '@/lib/protocol/api'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const ID = '01a22c0f-0000-7000-8000-000000000001'
const demo: ModelGroup = {
  ...{ providerId: 'demo', name: 'Demo model', kind: 'demo', problem: null },
  models: [{ id: 'demo:rill-demo', name: 'rill-demo' }],
}
const unavailable: ModelGroup = {
  ...{ providerId: ID, name: 'My gateway', kind: 'own', models: [] },
  problem: { kind: 'network', message: 'Nothing is running at that address.', retryable: true },
}

/** Renders the starters. `later` is the response to a second request for models; null keeps it pending. */
async function welcome(
  groups: ModelGroup[],
  chosen: string | null,
  fallback = 'demo:rill-demo',
  later: ModelGroup[] | null = groups,
) {
  const models: ModelList = { groups, defaultModel: fallback, demoOnly: false }
  const answer = () => (later ? Response.json({ ...models, groups: later }) : new Promise(() => undefined))
  vi.stubGlobal('fetch', async () => answer())
  const settings = { ...defaultSettings, defaultModel: chosen }
  await act(async () => {
    render(
      <ConversationProvider initial={{ conversations: { conversations: [], nextCursor: null }, settings, models }}>
        <Starters conversationId={newConversationId} hidden={false} />
      </ConversationProvider>,
    )
  })
  return document.body.textContent ?? ''
}

it('says that the chosen provider isn’t responding, and doesn’t mention the demo', async () => {
  const text = await welcome([unavailable, demo], `${ID}:gpt-4o`)
  expect(text).toContain('My gateway isn’t responding. Nothing is running at that address.')
  expect(text).not.toContain('demo')
  expect(screen.getByRole('link').getAttribute('href')).toBe('/settings/providers')
})

it('says why the demo replies if a provider isn’t responding', async () => {
  expect(await welcome([unavailable, demo], null)).toMatch(
    /My gateway isn’t responding, so you’re using Rill’s built-in demo/,
  )
  cleanup()
  expect(await welcome([unavailable, demo], 'demo:rill-demo')).toMatch(/You’re using Rill’s built-in demo[^M]*$/)
})

it('loads the models again before it judges a provider without a list', async () => {
  const slow = { ...unavailable, problem: null }
  expect(await welcome([slow, demo], null, 'demo:rill-demo', null)).not.toContain('demo')
  cleanup()
  expect(await welcome([slow, demo], null, 'demo:rill-demo', [unavailable, demo])).toContain(
    'My gateway isn’t responding',
  )
})

it('says that the demo replies if a provider has no list of models', async () => {
  const listless = { ...unavailable, problem: null }
  expect(await welcome([listless, demo], null)).toContain('You’re using Rill’s built-in demo')
})

it('says nothing about a model that works', async () => {
  const listed = { ...unavailable, problem: null, models: [{ id: `${ID}:gpt-4o`, name: 'gpt-4o' }] }
  expect(await welcome([listed, demo], `${ID}:gpt-4o`)).toMatch(/Summarize a text$/)
})

it('ignores a default model whose provider is gone', async () => {
  expect(await welcome([demo], `${ID}:gpt-4o`)).toContain('You’re using Rill’s built-in demo')
})

it('says that the provider of the server’s default model is gone', async () => {
  expect(await welcome([demo], null, 'gpt-4o')).toContain('The provider of gpt-4o is gone.')
})

it('names a model as its provider does, even if it isn’t listed or the provider is gone', () => {
  const models = { groups: [unavailable, demo], defaultModel: '', demoOnly: false }
  expect(modelName(models, `${ID}:gpt-4o`)).toBe('gpt-4o')
  expect(modelName(models, `${ID}:org/llama:7b`)).toBe('org/llama:7b')
  expect(modelName({ ...models, groups: [] }, `${ID}:gpt-4o`)).toBe('gpt-4o')
  expect(modelName(models, 'demo:rill-demo')).toBe('rill-demo')
  expect(modelName(models, 'llama3:8b')).toBe('llama3:8b')
})
