import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { createConversation } from '@/lib/database/conversations'
import { fullModelList } from '@/lib/providers/models'
import { resolveModel } from '@/lib/providers/resolve'
import { testProvider } from '@/lib/providers/test-provider'
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ownDatabase } from '../database/own-database'

let operators: ScriptedUpstream
beforeAll(async () => {
  operators = await startScriptedUpstream()
  operators.models = ['plain', 'demo:special', 'lmstudio:listed']
  vi.stubEnv('OPENAI_BASE_URL', `${operators.baseUrl}/`)
  vi.stubEnv('OPENAI_API_KEY', '"Bearer the-operators-key"')
  vi.stubEnv('RILL_MODEL', 'llamacpp:chosen')
})
// The environment is parsed once, at the first use of the database.
ownDatabase()
beforeEach(() => {
  operators.requests.length = 0
})
afterAll(() => operators.stop())

describe('a name with a colon', () => {
  test.each(['ollama:llama3', 'lmstudio:listed', 'llamacpp:chosen', 'demo:special', 'org/model:free', 'a:b:c'])(
    '%s is a model of the operator’s upstream, by its whole name',
    async (name) => {
      const { connection, model, reference } = await resolveModel('ann', name)
      expect([connection.baseUrl, connection.apiKey]).toEqual([operators.baseUrl, 'the-operators-key'])
      expect([model, reference]).toEqual([name, name])
    },
  )

  test('belongs to the local server for someone who has used it, also while it is down', async () => {
    await saveAnswer('carl', 'ollama', 'ollama:llama3')
    expect((await resolveModel('carl', 'ollama:llama3')).connection.providerId).toBe('ollama')
    expect((await resolveModel('carl', 'ollama:other')).connection.baseUrl).toBe(operators.baseUrl)
    expect((await resolveModel('ann', 'ollama:llama3')).connection.baseUrl).toBe(operators.baseUrl)
  })

  test('may include the operator’s provider id when the name alone would be a local server’s', async () => {
    const [group] = (await fullModelList('ann')).groups
    const { connection, model } = await resolveModel('ann', `${group?.providerId}:ollama:llama3`)
    expect([connection.baseUrl, model]).toEqual([operators.baseUrl, 'ollama:llama3'])
  })

  test('is built in for the demo model', async () => {
    expect((await resolveModel('ann', 'demo:rill-demo')).connection.providerId).toBe('demo')
  })
})

test('the operator’s address is never revealed', async () => {
  const list = await fullModelList('ann')
  expect(list.groups[0]).toMatchObject({ kind: 'environment', name: 'This server' })
  expect(JSON.stringify(list)).not.toContain(new URL(operators.baseUrl).port)
})

describe('a test of a provider', () => {
  const form = (more: object = {}) => ({ name: 'Theirs', baseUrl: operators.baseUrl, ...more })

  test('uses the named model when the server lists none', async () => {
    for (const body of [{ object: 'list', data: null }, { data: [] }, 'no list here']) {
      operators.models = { status: typeof body === 'string' ? 404 : 200, body }
      expect(await testProvider('ann', form())).toMatchObject({ model: null, text: '', modelCount: 0 })
      const tried = await testProvider('ann', form({ model: 'org/typed:7b' }))
      expect(tried).toMatchObject({
        model: 'org/typed:7b',
        text: 'Hello there.',
        answerProblem: null,
        betterBaseUrl: null,
      })
      expect(operators.requests.at(-1)?.body.model).toBe('org/typed:7b')
    }
  })

  test('finds a missing version in the address, and tests there', async () => {
    const server = await startVersioned()
    const tried = await testProvider('ann', form({ baseUrl: server.root }))
    expect(tried).toMatchObject({
      betterBaseUrl: `${server.root}/v1`,
      modelCount: 1,
      modelsProblem: null,
      text: 'Hello there.',
    })
    const queried = await testProvider('ann', form({ baseUrl: `${server.root}?a=1` }))
    expect(queried.betterBaseUrl).toBe(`${server.root}/v1?a=1`)
    // Nothing to suggest if the version is there already, or that address doesn't respond either.
    for (const baseUrl of [`${server.root}/v2`, `${server.root}/other`, 'http://127.0.0.1:9'])
      expect((await testProvider('ann', form({ baseUrl }))).betterBaseUrl).toBeNull()
    await server.upstream.stop()
  })
})

/** A server with its list and completions only under `/v1`. */
async function startVersioned() {
  const upstream = await startScriptedUpstream()
  const root = upstream.baseUrl.replace('/v1', '')
  upstream.modelsOnly = '/v1/models'
  return { upstream, root }
}

/** A conversation with a reply. */
async function saveAnswer(ownerId: string, providerId: string, model: string) {
  const { id: conversationId } = await createConversation(ownerId, { model })
  const message = { conversationId, ownerId, parts: '[]', createdAt: 1 }
  const ids = { user: `${conversationId}-user`, reply: `${conversationId}-reply` }
  await database()
    .insertInto('messages')
    .values([
      { ...message, id: ids.user, parentId: null, role: 'user' },
      { ...message, id: ids.reply, parentId: ids.user, role: 'assistant' },
    ])
    .execute()
  await database()
    .insertInto('generations')
    .values({
      ...{ id: `${conversationId}-run`, ownerId, conversationId, userMessageId: ids.user, messageId: ids.reply },
      ...{ continuation: 0, textBefore: 0, reasoningBefore: 0, turnId: 'turn', settings: null, instanceId: 'here' },
      ...{ providerId, model, status: 'completed', finishReason: 'stop', usage: null, kind: 'answer', price: null },
      ...{ booking: null, costPicos: null, costCurrency: null, promptTokens: null, completionTokens: null },
      ...{
        cachedTokens: null,
        reasoningTokens: null,
        attempts: 1,
        outline: null,
        startedAt: 1,
        firstTokenAt: 1,
        endedAt: 2,
      },
    })
    .execute()
}
