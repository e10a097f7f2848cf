import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { messageOf } from '@/lib/client/state/selectors'
import { openStore, statusOf, textIn, until } from '../open-store'
import { json, refuse } from '../responses'

/** A cursor past every log. */
const _onlyTheEnd = 999_999_999_999

describe('loading a conversation', () => {
  test('shows its messages, and follows its running replies from there', async () => {
    const { server, store, get } = await openStore()
    const { id } = server.conversation('Rivers')
    const ended = server.turn(id, 'one')
    ended.say('Done.')
    ended.end()
    const running = server.turn(id, 'two', ended.start.messageId)
    running.say('Half a ')
    const loading = get().loadConversation(id)
    expect(get().conversations[id]?.state).toBe('loading')
    await loading
    expect(get()).toMatchObject({ shown: id, summaries: [{ id, title: 'Rivers' }] })
    expect(get().conversations[id]).toMatchObject({ state: 'ready', messageIds: { length: 4 } })
    expect(Object.keys(get().running)).toEqual([running.start.generationId])
    running.say('word.')
    running.end()
    await until(() => statusOf(store, running.start.messageId) === 'completed')
    expect(textIn(store, running.start.messageId)).toBe('Half a word.')
    expect(running.cursors).toEqual([2])
  })

  test('distinguishes a missing one from one that failed to load, and retries that when the page wakes', async () => {
    const { server, environment, get } = await openStore()
    const { id } = server.conversation('Rivers')
    await get().loadConversation('nowhere')
    expect(get().conversations.nowhere).toMatchObject({ state: 'missing', problem: { kind: 'not_found' } })
    server.fault('GET', new RegExp(id), 'reset')
    await get().loadConversation(id)
    expect(get().conversations[id]).toMatchObject({ state: 'failed', problem: { kind: 'network' } })
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => get().conversations[id]?.state === 'ready')
  })

  test('parses it message by message, and keeps the page responsive', async () => {
    const { server, get } = await openStore()
    const { id } = server.conversation('Rivers')
    for (let turn = 0; turn < 50; turn++) server.turn(id, `turn ${turn}`).end()
    // With this clock, parsing a message takes longer than a frame.
    let now = 0
    let round = 0
    const rounds = new Set<number>()
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      rounds.add(round)
      now += 20
      return now
    })
    const goingOn = setInterval(() => round++)
    onTestFinished(() => {
      clearInterval(goingOn)
      clock.mockRestore()
    })
    await get().loadConversation(id)
    await until(() => get().conversations[id]?.messageIds.length === 100)
    expect(rounds.size).toBeGreaterThan(50)
  })

  test('fails with a message when one message cannot be parsed', async () => {
    const { server, get } = await openStore()
    const { id } = server.conversation('Rivers')
    server.turn(id, 'one').end()
    const [prompt, reply] = server.messages(id)
    const answer = { ...server.whole(id), messages: [prompt, { ...reply, role: 'oracle' }] }
    server.fault('GET', new RegExp(id), (response) => json(response, 200, answer))
    await get().loadConversation(id)
    expect(get().conversations[id]).toMatchObject({ state: 'failed', messageIds: [] })
    expect(get().conversations[id]?.problem?.message).toMatch(/something this page doesn’t understand. Reload the page/)
    await get().loadConversation(id)
    expect(get().conversations[id]).toMatchObject({ state: 'ready', problem: null, messageIds: { length: 2 } })
  })

  test('takes it as whole from an older server that does not send hasEarlier', async () => {
    const { server, get } = await openStore()
    const { id } = server.conversation('Rivers')
    server.turn(id, 'one').end()
    const answer = { ...server.list()[0], messages: server.messages(id) }
    server.fault('GET', new RegExp(id), (response) => json(response, 200, answer))
    await get().loadConversation(id)
    expect(get().conversations[id]).toMatchObject({ state: 'ready', earlier: 'here', messageIds: { length: 2 } })
  })

  test('is not repeated until the conversation changes', async () => {
    const { server, get } = await openStore()
    const { id } = server.conversation('Rivers')
    server.turn(id, 'one').end()
    await Promise.all([get().loadConversation(id), get().loadConversation(id)])
    await get().loadConversation('new')
    expect(get().shown).toBe('new')
    await get().loadConversation(id)
    expect(server.count('GET', /conversations\/conv/)).toBe(1)
  })

  test('keeps the identity of unchanged messages when it is repeated', async () => {
    const { server, environment, get } = await openStore()
    const { id } = server.conversation('Rivers')
    const first = server.turn(id, 'one')
    first.end()
    await get().loadConversation(id)
    const before = get().messages
    server.turn(id, 'two', first.start.messageId).end()
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => get().conversations[id]?.messageIds.length === 4)
    for (const message of Object.values(before)) expect(messageOf(get(), message.id)).toBe(message)
  })

  test('keeps the list of messages when there are no new ones', async () => {
    const { server, environment, get } = await openStore()
    const { id } = server.conversation('Rivers')
    const log = server.turn(id, 'one')
    await get().loadConversation(id)
    const before = get().conversations[id]?.messageIds
    log.end()
    server.summaries.set(id, { ...server.conversation('Renamed'), id })
    environment.setHidden(false)
    await until(() => server.count('GET', /conversations\/conv/) === 2)
    await until(() => get().summaries.some((each) => each.id === id && each.title === 'Renamed'))
    await get().loadModels()
    expect(get().conversations[id]?.messageIds).toBe(before)
  })

  test('ends the streams of one that was deleted elsewhere', async () => {
    const { server, get } = await openStore()
    const { id } = server.conversation('Rivers')
    const log = server.turn(id, 'one')
    await get().loadConversation(id)
    await until(() => log.connections.size === 1)
    server.deleted.add(id)
    server.fault('GET', /events/, (response) => response.writeHead(404).end())
    log.cut()
    await until(() => get().conversations[id]?.state === 'missing')
    expect(get().running).toEqual({})
  })
})

test('a 401 of a provider does not lead to the sign-in page', async () => {
  const { environment, get } = await openStore((server) =>
    server.fault('GET', /models/, (response) => refuse(response, 401, 'upstream', 'The key is wrong.')),
  )
  await get().loadModels()
  expect(environment.signedOut).toBe(false)
  expect(get().notices[0]?.text).toContain('The key is wrong.')
})
