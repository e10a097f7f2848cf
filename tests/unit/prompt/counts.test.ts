import { expect, test, vi } from 'vitest'
import { database } from '@/lib/database/client'
import { buildPrompt, countPromptOf } from '@/lib/prompt/build'
import { wireMessage } from '@/lib/prompt/content'
import { CountCache } from '@/lib/prompt/counts'
import * as counting from '@/lib/tokens/count-prompt'
import { countPrompt } from '@/lib/tokens/count-prompt'
import { ownDatabase } from '../database/own-database'
import { newConversation, problem, text } from './branches'

ownDatabase()

const source = { model: 'gpt-4o', window: null, text: 'And now?' }

/** The tokens of the sent messages, counted without a cache. */
async function countOfSent(head: string | null, model = source.model): Promise<number> {
  const { messages } = await buildPrompt({ ...source, model, head })
  return (await countPrompt(model, messages.map(wireMessage))).tokens
}

/** A conversation with this many turns. */
async function conversationOf(count: number) {
  const conversation = await newConversation()
  const turns: { promptId: string; replyId: string }[] = []
  for (let place = 0; place < count; place++) {
    const promptId = await conversation.prompt(turns.at(-1)?.replyId ?? null, `Question ${place} of the person`)
    turns.push({
      promptId,
      replyId: await conversation.reply(promptId, { parts: [text(`ReplyAccumulator ${place}.`)] }),
    })
  }
  return { conversation, turns }
}

test('a branch is counted once, and then only its new messages', async () => {
  const { conversation, turns } = await conversationOf(30)
  const counted = vi.spyOn(counting, 'countMessage')
  const messagesCounted = async (head: string | null) => {
    counted.mockClear()
    const { tokens } = await countPromptOf({ ...source, head })
    const count = counted.mock.calls.length
    expect(tokens).toBe(await countOfSent(head))
    return count
  }
  const head = turns.at(-1)?.replyId ?? null
  expect(await messagesCounted(head)).toBe(61)
  expect(await messagesCounted(head)).toBe(1)
  // Another turn, one without a reply, and another branch.
  const promptId = await conversation.prompt(head, 'One more')
  const replyId = await conversation.reply(promptId, { parts: [text('Yes.')] })
  expect(await messagesCounted(replyId)).toBe(3)
  const failed = await conversation.prompt(replyId, 'And this?')
  expect(await messagesCounted(await conversation.reply(failed, { parts: [problem('network')] }))).toBe(1)
  expect(await messagesCounted(turns[10]?.replyId ?? null)).toBe(1)
  const edited = await conversation.prompt(turns[10]?.replyId ?? null, 'Another question')
  expect(await messagesCounted(await conversation.reply(edited, { parts: [text('Another answer.')] }))).toBe(3)
  counted.mockRestore()
})

test('a start counts only new messages too', async () => {
  const { turns } = await conversationOf(30)
  const head = turns.at(-1)?.replyId ?? null
  await countPromptOf({ ...source, head })
  const counted = vi.spyOn(counting, 'countMessage')
  await (await buildPrompt({ ...source, head })).count()
  expect(counted).toHaveBeenCalledTimes(1)
  counted.mockRestore()
})

test('a cached branch is not read again: its last rows are enough', async () => {
  const { turns } = await conversationOf(30)
  const head = turns.at(-1)?.replyId ?? null
  await countPromptOf({ ...source, head })
  // Reading the start would fail.
  await database()
    .updateTable('messages')
    .set({ parts: 'not JSON' })
    .where('id', '=', turns[0]?.promptId ?? '')
    .execute()
  expect((await countPromptOf({ ...source, head })).tokens).toBeGreaterThan(300)
})

test('a continued reply is counted again, with everything after it', async () => {
  const { conversation, turns } = await conversationOf(12)
  const head = turns.at(-1)?.replyId ?? null
  const before = (await countPromptOf({ ...source, head })).tokens
  const { promptId = '', replyId = '' } = turns[2] ?? {}
  await conversation.continue(promptId, replyId, [
    text('ReplyAccumulator 2, and a good deal more of it than there was.'),
  ])
  const after = (await countPromptOf({ ...source, head })).tokens
  expect(after).toBeGreaterThan(before)
  expect(after).toBe(await countOfSent(head))
  await conversation.continue(promptId, replyId, [text('ReplyAccumulator 2, once more.')], 2)
  expect((await countPromptOf({ ...source, head })).tokens).toBe(await countOfSent(head))
})

test('a reply that is still being written is counted when it has ended', async () => {
  const { conversation, turns } = await conversationOf(2)
  const promptId = await conversation.prompt(turns.at(-1)?.replyId ?? null, 'Still running')
  const replyId = await conversation.reply(promptId, { parts: [], status: 'running' })
  const next = await conversation.prompt(replyId, 'Sent meanwhile')
  const head = await conversation.reply(next, { parts: [text('Yes.')] })
  expect((await countPromptOf({ ...source, head })).tokens).toBe(await countOfSent(head))
  const ended = JSON.stringify([text('What came in the end.')])
  await database().updateTable('messages').set({ parts: ended }).where('id', '=', replyId).execute()
  await database().updateTable('generations').set({ status: 'completed' }).where('messageId', '=', replyId).execute()
  expect((await countPromptOf({ ...source, head })).tokens).toBe(await countOfSent(head))
})

test('a reply that is being continued is not counted as before', async () => {
  const { conversation, turns } = await conversationOf(1)
  const promptId = await conversation.prompt(turns.at(-1)?.replyId ?? null, 'A question that nobody has answered yet')
  const head = await conversation.reply(promptId, { parts: [problem('network')], status: 'failed' })
  await countPromptOf({ ...source, head })
  await database().updateTable('generations').set({ status: 'running' }).where('messageId', '=', head).execute()
  expect((await countPromptOf({ ...source, head })).tokens).toBe(await countOfSent(head))
})

test('each tokenizer has its own count', async () => {
  const { turns } = await conversationOf(12)
  const head = turns.at(-1)?.replyId ?? null
  for (const model of ['gpt-4o', 'gpt-4', 'claude-sonnet-4-5', 'llama3.2:3b', 'mistral-large', 'gpt-4o'])
    expect(await countPromptOf({ ...source, model, head })).toMatchObject(
      await countPrompt(model, (await buildPrompt({ ...source, model, head })).messages.map(wireMessage)),
    )
})

test('counting stops when nobody waits for it', async () => {
  const { turns } = await conversationOf(200)
  const closing = new AbortController()
  const counted = vi.spyOn(counting, 'countMessage')
  const count = countPromptOf({ ...source, head: turns.at(-1)?.replyId ?? null }, closing.signal)
  await vi.waitUntil(() => counted.mock.calls.length > 0, { interval: 0 })
  closing.abort(new Error('gone'))
  await expect(count).rejects.toThrow('gone')
  expect(counted.mock.calls.length).toBeLessThan(100)
  counted.mockRestore()
})

test('the least recently used conversations are evicted', () => {
  const branch = { last: null, waiting: [] }
  const counted = new CountCache(4)
  const kept = () => ['a', 'b', 'c'].filter((key) => counted.get(key, 0, '1') !== undefined)
  for (const key of ['a', 'b']) for (const id of ['1', '2']) counted.set(key, 0, id, branch)
  expect(kept()).toEqual(['a', 'b'])
  counted.get('a', 0, '1')
  counted.set('c', 0, '1', branch)
  expect(kept()).toEqual(['a', 'c'])
  // One conversation alone may exceed the limit.
  for (let id = 2; id < 10; id++) counted.set('c', 0, `${id}`, branch)
  expect(kept()).toEqual(['c'])
  // A newer revision replaces an older one, never the other way round.
  counted.set('c', 1, '1', branch)
  counted.set('c', 0, '2', branch)
  expect([counted.get('c', 0, '2'), counted.get('c', 1, '2'), counted.get('c', 1, '1')]).toEqual([
    undefined,
    undefined,
    branch,
  ])
})
