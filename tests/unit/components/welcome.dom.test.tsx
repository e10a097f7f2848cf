import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { modelName } from '@/components/chat/models'
import { Welcome } from '@/components/chat/welcome'
import { defaultSettings, type ModelGroup, type ModelList } from '@/lib/protocol/api'
import { ConversationProvider } from '@/lib/store/context'
import { newConversationId } from '@/lib/store/types'

afterEach(cleanup)

const ID = '01a22c0f-0000-7000-8000-000000000001'
const demo: ModelGroup = {
  ...{ providerId: 'demo', name: 'Demo model', kind: 'demo', problem: null },
  models: [{ id: 'demo:rill-demo', name: 'rill-demo' }],
}
const away: ModelGroup = {
  ...{ providerId: ID, name: 'My gateway', kind: 'own', models: [] },
  problem: { kind: 'network', message: 'Nothing is running at that address.', retryable: true },
}

function welcome(groups: ModelGroup[], chosen: string | null, fallback = 'demo:rill-demo') {
  const models: ModelList = { groups, defaultModel: fallback, demoOnly: false }
  const settings = { ...defaultSettings, defaultModel: chosen }
  render(
    <ConversationProvider initial={{ conversations: { conversations: [], nextCursor: null }, settings, models }}>
      <Welcome conversationId={newConversationId} onStart={() => undefined} />
    </ConversationProvider>,
  )
  return document.body.textContent ?? ''
}

it('says that the chosen provider does not answer, and not that the demo model does', () => {
  const said = welcome([away, demo], `${ID}:gpt-4o`)
  expect(said).toContain('My gateway does not answer now. Nothing is running at that address.')
  expect(said).not.toContain('demo model')
  expect(screen.getByRole('link').getAttribute('href')).toBe('/settings#providers')
})

it('says who serves a model before its list is there, by its own name', () => {
  expect(welcome([{ ...away, problem: null }, demo], `${ID}:gpt-4o`)).toContain('gpt-4o answers here (My gateway).')
})

it('passes over a choice whose provider is gone', () => {
  expect(welcome([demo], `${ID}:gpt-4o`)).toContain('demo model answers here')
})

it('says that nobody serves the operator’s choice', () => {
  expect(welcome([demo], null, 'gpt-4o')).toContain('The provider of gpt-4o is gone.')
})

it('a model keeps the name that its provider gave it, listed or not, and when its provider is gone', () => {
  const models = { groups: [away, demo], defaultModel: '', demoOnly: false }
  expect(modelName(models, `${ID}:gpt-4o`)).toBe('gpt-4o')
  expect(modelName(models, `${ID}:org/llama:7b`)).toBe('org/llama:7b')
  expect(modelName({ ...models, groups: [] }, `${ID}:gpt-4o`)).toBe('gpt-4o')
  expect(modelName(models, 'demo:rill-demo')).toBe('rill-demo')
  expect(modelName(models, 'llama3:8b')).toBe('llama3:8b')
})
