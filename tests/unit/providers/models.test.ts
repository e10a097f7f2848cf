import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { changeSettings } from '@/lib/database/accounts/settings'
import { createConversation, updateConversation } from '@/lib/database/conversations'
import type { ModelGroup } from '@/lib/protocol/api'
import { fullModelList, modelListForPage } from '@/lib/providers/models'
import { createProvider, deleteProvider } from '@/lib/providers/own'
import { testProvider } from '@/lib/providers/test-provider'
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ownDatabase } from '../database/own-database'

let upstream: ScriptedUpstream
/** Lists are cached by provider, so each test has its own provider and person. */
let owner = ''
let people = 0
beforeAll(async () => {
  vi.stubEnv('OPENAI_BASE_URL', '')
  vi.stubEnv('OPENAI_API_KEY', '')
  vi.stubEnv('RILL_MODEL', '')
  upstream = await startScriptedUpstream()
})
// The environment is parsed once, at the first use of the database.
ownDatabase()
beforeEach(() => {
  upstream.requests.length = 0
  owner = `person ${++people}`
})
afterAll(() => upstream.stop())

async function provider(models: ScriptedUpstream['models'], name = 'Theirs') {
  upstream.models = models
  return await createProvider(owner, { name, baseUrl: upstream.baseUrl })
}
async function groupOf(id: string): Promise<ModelGroup> {
  const group = (await fullModelList(owner)).groups.find(({ providerId }) => providerId === id)
  if (!group) throw new Error('The provider is not in the list')
  return group
}
const form = () => ({ name: 'Theirs', baseUrl: upstream.baseUrl })

describe('models that can’t chat', () => {
  const mixed = ['text-embedding-3-small', 'whisper-1', 'dall-e-3', 'gpt-3.5-turbo-instruct', 'llama-3.1-8b-instruct']

  test('are marked in the list', async () => {
    const { id } = await provider(mixed)
    const marked = (await groupOf(id)).models.map(({ name, otherTask = false }) => [name, otherTask])
    expect(marked).toEqual(mixed.map((name) => [name, name !== 'llama-3.1-8b-instruct']))
  })

  test('are never the default, nor the model of a provider test', async () => {
    const { id } = await provider(mixed)
    expect((await fullModelList(owner)).defaultModel).toBe(`${id}:llama-3.1-8b-instruct`)
    const tried = await testProvider(owner, form())
    expect(tried).toMatchObject({ model: 'llama-3.1-8b-instruct', modelCount: 5, text: 'Hello there.' })
    expect(upstream.requests.map(({ body }) => body.model)).toEqual(['llama-3.1-8b-instruct'])
  })

  test('alone give no default and no test request', async () => {
    await provider(['whisper-1', 'tts-1'])
    expect((await fullModelList(owner)).defaultModel).toBe('demo:rill-demo')
    expect(await testProvider(owner, form())).toMatchObject({ model: null, modelCount: 2, answerProblem: null })
    expect(upstream.requests).toEqual([])
  })

  test.each<[string, object, object]>([
    ['Mistral', { capabilities: { completion_chat: false } }, { capabilities: { completion_chat: true } }],
    ['OpenRouter', { architecture: { output_modalities: ['image'] } }, { type: 'chat' }],
    ['Together', { type: 'embedding' }, { type: 'chat' }],
    ['GitHub Models', { task: 'embeddings' }, { task: 'chat-completion' }],
    ['LiteLLM', { mode: 'image_generation' }, { mode: 'chat' }],
    ['LM Studio', { type: 'embeddings' }, { type: 'llm' }],
  ])('are recognized by %s’s description before their names', async (_, no, yes) => {
    const { id } = await provider({
      body: {
        data: [
          { id: 'plain', ...no },
          { id: 'image-embedder', ...yes },
        ],
      },
    })
    expect((await groupOf(id)).models.map(({ otherTask = false }) => otherTask)).toEqual([true, false])
  })
})

describe('the model of a new conversation', () => {
  test('is a well-known one, anywhere in the list', async () => {
    const { id } = await provider(['babel-9b', 'gpt-4o-mini', 'zeta'])
    expect((await fullModelList(owner)).defaultModel).toBe(`${id}:gpt-4o-mini`)
  })

  test('is the one last used, as long as it is offered', async () => {
    const { id } = await provider(['gpt-4o-mini', 'zeta'])
    const { id: conversation } = await createConversation(owner, { model: `${id}:zeta` })
    expect((await fullModelList(owner)).defaultModel).toBe(`${id}:zeta`)
    await updateConversation(conversation, { model: `${id}:no-longer-listed` })
    expect((await fullModelList(owner)).defaultModel).toBe(`${id}:gpt-4o-mini`)
  })

  test('is not the demo model, even if that was used before another was added', async () => {
    await createConversation(owner, { model: 'demo:rill-demo' })
    expect((await fullModelList(owner)).defaultModel).toBe('demo:rill-demo')
    const { id } = await provider(['zeta'])
    expect((await fullModelList(owner)).defaultModel).toBe(`${id}:zeta`)
  })

  test('is the person’s choice above all, until its provider is removed', async () => {
    const kept = await provider(['gpt-4o-mini'])
    await fullModelList(owner)
    const gone = await provider(['zeta'], 'Second')
    await changeSettings(owner, { defaultModel: `${gone.id}:zeta` })
    expect((await fullModelList(owner)).defaultModel).toBe(`${gone.id}:zeta`)
    await deleteProvider(gone.id, owner)
    expect((await fullModelList(owner)).defaultModel).toBe(`${kept.id}:gpt-4o-mini`)
  })
})

describe('an endless list', () => {
  const many = (count: number) => Array.from({ length: count }, (_, place) => `m${place}`)

  test('of 400,000 names is not read, and the page says so', async () => {
    const { id } = await provider({ body: JSON.stringify({ data: many(400_000).map((name) => ({ id: name })) }) })
    const before = process.cpuUsage()
    const group = await groupOf(id)
    expect(group.models).toEqual([])
    expect(group.problem?.message).toContain('larger than 2 MB')
    // CPU time of the first page and of twenty more, so that other load doesn't count.
    for (let page = 0; page < 20; page++) await modelListForPage(owner, 1000)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(1500)
  })

  test('of 60,000 short names keeps 5,000 and says how many are omitted', async () => {
    const { id } = await provider({ body: JSON.stringify(many(60_000)) })
    const { models, more, problem } = await groupOf(id)
    expect([models.length, more, problem]).toEqual([5000, 55_000, null])
  })

  test('costs a page almost nothing once it is cached, and is sent in part', async () => {
    const { id } = await provider({ body: JSON.stringify(many(60_000)) })
    await fullModelList(owner)
    const before = process.cpuUsage()
    for (let page = 0; page < 50; page++) await modelListForPage(owner, 1000)
    const { user, system } = process.cpuUsage(before)
    // 2 ms per page on an idle machine.
    expect((user + system) / 1000 / 50).toBeLessThan(15)
    const { groups } = await modelListForPage(owner, 1000)
    const group = groups.find(({ providerId }) => providerId === id)
    expect(group?.models.length).toBeLessThanOrEqual(500)
    expect((group?.models.length ?? 0) + (group?.more ?? 0)).toBe(60_000)
  })

  test('keeps chat models when it is cut', async () => {
    const { id } = await provider([...many(3000).map((name) => `embed-${name}`), 'the-one'])
    const { groups } = await modelListForPage(owner, 1000)
    expect(groups.find(({ providerId }) => providerId === id)?.models[0]?.name).toBe('the-one')
  })
})
