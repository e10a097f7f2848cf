import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type ConversationState, newConversationId } from '@/lib/client/state/types'
import { openStore, until } from '../open-store'
import { json, refuse } from '../responses'

const newEntry = (state: ConversationState) => state.conversations[newConversationId]

describe('a send with a Retry-After', () => {
  const later = (status: number, seconds: number) => (response: ServerResponse) => {
    response.setHeader('Retry-After', String(seconds))
    refuse(response, status, 'rate_limit', 'Too many at once.')
  }

  test('is retried as the same turn, not before its time, and shows why meanwhile', async () => {
    const { server, environment, get } = await openStore((server) => server.fault('POST', /chat/, later(503, 7)))
    const sent = get().send({ conversationId: null, text: 'Again', model: 'demo' })
    await until(() => environment.waits.includes(7_000))
    expect(newEntry(get())?.pending?.delayed).toBe('Too many at once.')
    // What ends a backoff doesn't end a Retry-After.
    environment.setOnline(true)
    environment.setHidden(false)
    environment.advance(6_999)
    expect(environment.waits).toContain(1)
    expect(server.count('POST', /chat/)).toBe(1)
    environment.advance(1)
    await sent
    const posts = server.received.filter(({ path }) => path === '/api/chat')
    expect(posts).toHaveLength(2)
    expect(new Set(posts.map(({ body }) => body.turnId)).size).toBe(1)
    await until(() => get().startedFromNew)
  })

  test('can be stopped meanwhile', async () => {
    const { server, environment, get } = await openStore((server) => server.fault('POST', /chat/, later(503, 7)))
    const sent = get().send({ conversationId: null, text: 'Again', model: 'demo' })
    await until(() => environment.waits.includes(7_000))
    await get().stop(newConversationId)
    environment.advance(1_000)
    await sent
    expect(get().drafts[newConversationId]).toBe('Again')
    expect(server.count('POST', /chat/)).toBe(1)
  })

  test.each([
    [429, 1],
    [503, 40],
  ])('is given back at once for a limit, and when the wait is long (%i, %i s)', async (status, seconds) => {
    const { server, get } = await openStore((server) => server.fault('POST', /chat/, later(status, seconds)))
    await get().send({ conversationId: null, text: 'Again', model: 'demo' })
    expect(newEntry(get())?.pending?.problem).toMatchObject({ message: 'Too many at once.' })
    expect(server.count('POST', /chat/)).toBe(1)
  })
})

describe('a send that the server refuses', () => {
  test('because of a budget is not retried, whatever the headers say', async () => {
    const { server, get } = await openStore((server) =>
      server.fault('POST', /chat/, (response) => {
        response.setHeader('Retry-After', '1')
        refuse(response, 402, 'budget', 'Today’s budget is $1.')
      }),
    )
    await get().send({ conversationId: null, text: 'Again', model: 'demo' })
    expect(newEntry(get())?.pending?.problem).toMatchObject({ kind: 'budget' })
    expect(server.count('POST', /chat/)).toBe(1)
  })

  test('shows its problem and returns the text', async () => {
    const problem = { kind: 'rate_limit', message: 'Wait a minute.', retryable: true, requestId: 'r1' }
    const { server, get } = await openStore((server) =>
      server.fault('POST', /chat/, (response) => json(response, 429, { error: problem })),
    )
    await get().send({ conversationId: null, text: 'Again', model: 'demo' })
    expect(newEntry(get())?.pending?.problem).toEqual(problem)
    expect(get().drafts[newConversationId]).toBe('Again')
    expect(server.count('POST', /chat/)).toBe(1)
  })

  test('has a plain message when the response is not Rill’s', async () => {
    const { get } = await openStore((server) =>
      server.fault('POST', /chat/, (response) => response.writeHead(502).end('<h1>Bad Gateway</h1>')),
    )
    await get().send({ conversationId: null, text: 'Again', model: 'demo' })
    const problem = newEntry(get())?.pending?.problem
    expect(problem).toMatchObject({ kind: 'upstream', retryable: true, upstreamStatus: 502 })
    expect(problem?.message).not.toContain('<')
  })

  test('leads to the sign-in page when the session has ended, and keeps the text', async () => {
    const { environment, get } = await openStore((server) =>
      server.fault('POST', /chat/, (response) => refuse(response, 401, 'auth', 'Sign in first.')),
    )
    get().setDraft(newConversationId, 'Precious')
    await get().send({ conversationId: null, text: 'Precious', model: 'demo' })
    expect(environment.signedOut).toBe(true)
    expect(environment.stored.get('rill.draft.new')).toBe('Precious')
  })

  test('does nothing while another is on its way, and says so', async () => {
    const { server, get } = await openStore((server) => server.fault('POST', /chat/, 'silence'))
    void get().send({ conversationId: null, text: 'one', model: 'demo' })
    await until(() => server.count('POST', /chat/) === 1)
    get().setDraft(newConversationId, 'two')
    await get().send({ conversationId: null, text: 'two', model: 'demo' })
    expect(server.count('POST', /chat/)).toBe(1)
    expect(get().drafts[newConversationId]).toBe('two')
    expect(get().notices).toMatchObject([{ tone: 'quiet' }])
  })
})
