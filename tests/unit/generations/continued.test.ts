import { expect, test } from 'vitest'
import { accountFor } from '@/lib/generations/start'
import { untried } from '@/lib/upstream/connection'
import { longestContinuation } from '@/lib/upstream/continuation'
import { ownDatabase } from '../database/process'

ownDatabase()

test('what is set aside for an answer that is gone on with has the words that ask for it, should they be needed', async () => {
  const connection = {
    ...{ providerId: 'llamacpp', name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1', apiKey: null, headers: {} },
    ...{ guarded: false, capabilities: untried, remember() {} },
  }
  const asked = { role: 'user' as const, content: 'Tell me of the river' }
  const request = { model: 'gpt-oss:20b', messages: [asked], stream: true, partial: 'The river rises' }
  const resolved = { connection, model: 'gpt-oss:20b', reference: 'llamacpp:gpt-oss:20b', free: true }
  const { messages, longest } = await accountFor('somebody', resolved, request)
  expect(messages).toEqual([asked])
  expect(longest).toEqual([asked, ...longestContinuation(request)])
  expect(longest).toHaveLength(3)
})
