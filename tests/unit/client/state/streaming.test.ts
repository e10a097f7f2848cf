import { describe, expect, test } from 'vitest'
import { growthOf } from '@/lib/client/state/growth'
import { branchesOf, messageOf, visiblePath } from '@/lib/client/state/selectors'
import type { Part } from '@/lib/protocol/messages'
import { openStore, openTab, runningConversation, statusOf, textIn, until } from '../open-store'

describe('text that streams', () => {
  test('takes one commit per frame for all conversations', async () => {
    const { environment, server, store, get } = await openStore()
    const logs = [runningConversation(server), runningConversation(server)]
    for (const { id } of logs) await get().loadConversation(id)
    await until(() => logs.every(({ log }) => get().running[log.start.generationId]?.reader === 'open'))
    environment.painting = false
    let commits = 0
    store.subscribe(() => {
      commits += 1
    })
    for (const { log } of logs) for (let word = 0; word < 50; word += 1) log.say(`${word} `)
    // The end of the log proves that all of it has arrived.
    for (const { log } of logs) log.end()
    await until(() => logs.every(({ log }) => log.connections.size === 0) && environment.framesWaiting === 1)
    // Only the timers of the poll and of the leader check are left: both readers are done.
    await until(() => environment.waits.length === 2)
    expect(commits).toBe(0)
    environment.paint()
    expect(commits).toBe(1)
    for (const { log } of logs) {
      expect(textIn(store, log.start.messageId)).toBe(Array.from({ length: 50 }, (_, word) => `${word} `).join(''))
      expect(statusOf(store, log.start.messageId)).toBe('completed')
    }
  })

  test('becomes reasoning when it is reclassified, and later text stays text', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    await until(() => get().running[log.start.generationId]?.reader === 'open')
    const parts = () => messageOf(get(), log.start.messageId)?.parts
    log.append({ type: 'reasoning', data: { text: 'Hm. ' } })
    log.say('Let me ', 'see.')
    await until(() => textIn(store, log.start.messageId) === 'Let me see.')
    log.append({ type: 'reclassify', data: { length: 11 } }, { type: 'thought', data: { ms: 900 } })
    log.say('Yes.')
    await until(() => textIn(store, log.start.messageId) === 'Yes.')
    expect(parts()).toEqual([
      { type: 'reasoning', text: 'Hm. Let me see.', ms: 900 },
      { type: 'text', text: 'Yes.', state: 'streaming' },
    ])
    // Neither part grew from text that was shown before.
    for (const part of parts() ?? []) expect(growthOf(part)).toBeUndefined()
    log.say(' Now.')
    await until(() => textIn(store, log.start.messageId) === 'Yes. Now.')
    expect(growthOf(parts()?.at(-1) ?? { type: 'text', text: '' })).toEqual({ from: 4, text: ' Now.' })
  })

  test('gives a new identity to the message that grows, and to nothing else', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    log.append({ type: 'reasoning', data: { text: 'Hm. ' } })
    log.say('The Rhine')
    server.turn(id, 'Another branch').end()
    await get().loadConversation(id)
    await until(() => get().running[log.start.generationId]?.reader === 'open')
    get().choose(id, null, log.start.userMessageId)
    const before = get()
    const path = visiblePath(before, id)
    const branches = branchesOf(before, log.start.userMessageId)

    log.say(' flows', ' north.')
    await until(() => textIn(store, log.start.messageId) === 'The Rhine flows north.')
    const after = get()
    expect(messageOf(after, log.start.messageId)).not.toBe(messageOf(before, log.start.messageId))
    for (const message of Object.values(before.messages)) {
      if (message.id !== log.start.messageId) expect(messageOf(after, message.id)).toBe(message)
    }
    const part = (state: typeof before, index: number): Part | undefined =>
      messageOf(state, log.start.messageId)?.parts[index]
    expect(part(after, 0)).toBe(part(before, 0))
    expect(part(after, 1)).not.toBe(part(before, 1))
    expect(visiblePath(after, id)).toBe(path)
    expect(branchesOf(after, log.start.userMessageId)).toBe(branches)
    expect(after.conversations).toBe(before.conversations)
    expect(after.summaries).toBe(before.summaries)
    expect(after.running).toBe(before.running)
  })

  test('has no gap and no repetition after cuts', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    let expected = ''
    for (let word = 0; word < 30; word += 1) {
      log.say(`${word} `)
      expected += `${word} `
      if (word % 5 === 0) log.cut()
      if (word % 7 === 0) await until(() => textIn(store, log.start.messageId) === expected)
    }
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(textIn(store, log.start.messageId)).toBe(expected)
  })

  test('is not requested again while its end waits for a frame', async () => {
    const { server, environment, store, get } = await openStore()
    const all = Array.from({ length: 5 }, () => runningConversation(server))
    for (const { id } of all.slice(0, 4)) await get().loadConversation(id)
    await until(() => all.slice(0, 4).every(({ log }) => log.connections.size === 1))
    environment.painting = false
    for (const { log } of all) log.end()
    await until(() => environment.framesWaiting === 1 && all.every(({ log }) => log.connections.size === 0))
    await until(() => environment.waits.length === 2)
    const requests = server.count('GET', /events/)
    await get().loadConversation(all[4]?.id ?? '')
    await get().loadModels()
    environment.painting = true
    environment.paint()
    for (const { log } of all) await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(server.count('GET', /events/)).toBe(requests)
  })

  test('leaves the other conversations in the sidebar alone when it ends', async () => {
    const { server, store, get } = await openStore((server) => server.conversation('Other'))
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    const other = get().summaries.find(({ title }) => title === 'Other')
    log.end()
    await until(() => statusOf(store, log.start.messageId) === 'completed')
    expect(get().summaries).toContain(other)
    expect(get().summaries[0]?.id).toBe(id)
  })

  test('shows in a second tab, from where the conversation was loaded', async () => {
    const { server, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    log.say('The Rhine ')
    await get().loadConversation(id)
    const second = openTab(server)
    await second.get().loadConversation(id)
    expect(textIn(second.store, log.start.messageId)).toBe('The Rhine ')
    log.say('flows.')
    log.end()
    for (const tab of [store, second.store]) {
      await until(() => statusOf(tab, log.start.messageId) === 'completed')
      expect(textIn(tab, log.start.messageId)).toBe('The Rhine flows.')
    }
    // One tab is the leader.
    expect(log.cursors).toEqual([2])
  })

  test('counts its attempts as the server does after a reload', async () => {
    const { server, get } = await openStore()
    await get().send({ conversationId: null, text: 'Tell me of rivers', model: 'demo' })
    const log = server.onlyLog
    const { messageId, conversationId } = log.start
    const attempts = () => messageOf(get(), messageId)?.generation?.attempts
    await until(() => attempts() === 1)
    const wait = { of: 6, delayMs: 10, at: 1, kind: 'rate_limit' as const, message: 'Rate limited' }
    log.append({ type: 'retry', data: { ...wait, attempt: 2 } }, { type: 'retry', data: { ...wait, attempt: 3 } })
    await until(() => attempts() === 2)
    log.say('The Rhine')
    await until(() => attempts() === 3)
    const reloaded = openTab(server)
    await reloaded.get().loadConversation(conversationId)
    expect(messageOf(reloaded.get(), messageId)?.generation?.attempts).toBe(3)
    // The log doesn't show a shortened wait or a changed request: its end does.
    log.append({ type: 'status', data: { status: 'completed', attempts: 4 } })
    await until(() => attempts() === 4)
  })

  test('is committed by timer in a hidden page', async () => {
    const { server, environment, store, get } = await openStore()
    const { id, log } = runningConversation(server)
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    environment.setHidden(true)
    log.say('The Rhine')
    await until(() => environment.waits.includes(100))
    environment.advance(100)
    expect(textIn(store, log.start.messageId)).toBe('The Rhine')
  })
})
