import { describe, expect, test } from 'vitest'
import type { ConversationState } from '@/lib/client/state/types'
import { openStore, until } from '../open-store'
import { refuse } from '../responses'
import type { TestServer } from '../server'

const abc = (server: TestServer) => {
  for (const title of ['a', 'b', 'c']) server.conversation(title)
}
const titles = ({ summaries }: ConversationState) => summaries.map(({ title }) => title)
const idOf = ({ summaries }: ConversationState, title: string) =>
  summaries.find((each) => each.title === title)?.id ?? ''

describe('deleting', () => {
  test('shows at once, and Undo restores it in its place', async () => {
    const { server, get } = await openStore(abc)
    const id = idOf(get(), 'b')
    await get().loadConversation(id)
    const entry = get().conversations[id]
    const removing = get().remove(id)
    expect(titles(get())).toEqual(['c', 'a'])
    expect(get().conversations[id]?.state).toBe('missing')
    const [notice] = get().notices
    expect(notice).toMatchObject({ text: 'Deleted “b”.', action: { label: 'Undo' } })
    await removing
    expect(server.deleted.has(id)).toBe(true)

    notice?.action?.run()
    expect(titles(get())).toEqual(['c', 'b', 'a'])
    expect(get().conversations[id]).toEqual(entry)
    await until(() => !server.deleted.has(id))
    expect(get().notices).toEqual([])
    expect(server.received.at(-1)).toMatchObject({ method: 'PATCH', body: { deleted: false } })
  })

  test('removes its draft and its branch from the storage, and Undo restores them', async () => {
    const { environment, get } = await openStore(abc)
    const id = idOf(get(), 'b')
    get().setDraft(id, 'And the sea?')
    environment.stored.set(`rill.branch.${id}`, 'reply')
    const stored = () => [environment.stored.get(`rill.draft.${id}`), environment.stored.get(`rill.branch.${id}`)]
    await get().remove(id)
    expect(stored()).toEqual([undefined, undefined])
    get().notices[0]?.action?.run()
    await until(() => stored()[1] !== undefined)
    expect(stored()).toEqual(['And the sea?', 'reply'])
  })

  test('followed by Undo before the response keeps the conversation', async () => {
    const { server, get } = await openStore(abc)
    const id = idOf(get(), 'b')
    void get().remove(id)
    get().notices[0]?.action?.run()
    await until(() => server.count('PATCH', /conversations/) === 1)
    expect(server.received.map(({ method }) => method)).toEqual(['DELETE', 'PATCH'])
    expect(server.deleted.has(id)).toBe(false)
    expect(titles(get())).toEqual(['c', 'b', 'a'])
  })

  test('that fails needs no Undo', async () => {
    let fail = () => {}
    const { server, get } = await openStore((server) => {
      abc(server)
      server.fault('DELETE', /./, (response) => {
        fail = () => refuse(response, 500, 'internal', 'The disk is full.')
      })
    })
    const removing = get().remove(idOf(get(), 'b'))
    get().notices[0]?.action?.run()
    await until(() => server.count('DELETE', /./) === 1)
    fail()
    await removing
    await get().loadModels()
    expect(server.count('PATCH', /./)).toBe(0)
    expect(titles(get())).toEqual(['c', 'b', 'a'])
  })

  test('that fails restores it and shows why', async () => {
    const { get } = await openStore((server) => {
      abc(server)
      server.fault('DELETE', /./, (response) => refuse(response, 500, 'internal', 'The disk is full.'))
    })
    await get().remove(idOf(get(), 'b'))
    expect(titles(get())).toEqual(['c', 'b', 'a'])
    expect(get().notices).toMatchObject([{ tone: 'danger', text: 'Couldn’t delete “b”. The disk is full.' }])
  })

  test('of a conversation that is gone already succeeds', async () => {
    const { server, get } = await openStore(abc)
    server.deleted.add(idOf(get(), 'b'))
    await get().remove(idOf(get(), 'b'))
    expect(titles(get())).toEqual(['c', 'a'])
  })

  test('removes it again when Undo fails, and shows why', async () => {
    const { get } = await openStore((server) => {
      abc(server)
      server.fault('PATCH', /./, (response) => refuse(response, 404, 'not_found', 'Swept.'))
    })
    await get().remove(idOf(get(), 'b'))
    get().notices[0]?.action?.run()
    await until(() => get().notices.some(({ tone }) => tone === 'danger'))
    expect(titles(get())).toEqual(['c', 'a'])
  })

  test('is not reverted by a list that was fetched meanwhile', async () => {
    let answer = () => {}
    const { server, environment, get } = await openStore(abc)
    server.fault('GET', /conversations$/, (response) => {
      const old = JSON.stringify({ conversations: server.list(), nextCursor: null })
      answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(old)
    })
    environment.setHidden(false)
    await until(() => server.count('GET', /conversations$/) === 1)
    await get().remove(idOf(get(), 'b'))
    answer()
    await get().loadModels()
    expect(titles(get())).toEqual(['c', 'a'])
  })
})

describe('renaming', () => {
  test('shows at once and is saved', async () => {
    const { server, get } = await openStore(abc)
    const id = idOf(get(), 'b')
    const renaming = get().rename(id, 'Rivers')
    expect(titles(get())).toEqual(['c', 'Rivers', 'a'])
    await renaming
    expect(server.summaries.get(id)?.title).toBe('Rivers')
  })

  test('is not reverted by a list that is fetched before the server has it', async () => {
    let answer = () => {}
    const { server, environment, get } = await openStore(abc)
    server.fault('PATCH', /./, (response) => {
      answer = () => response.writeHead(204).end()
    })
    const renaming = get().rename(idOf(get(), 'b'), 'Rivers')
    await until(() => server.count('PATCH', /./) === 1)
    environment.setHidden(false)
    await get().loadModels()
    await get().loadModels()
    expect(titles(get())).toEqual(['c', 'Rivers', 'a'])
    answer()
    await renaming
    expect(titles(get())).toEqual(['c', 'Rivers', 'a'])
  })

  test('that fails restores the old name and shows why', async () => {
    const { get } = await openStore((server) => {
      abc(server)
      server.fault('PATCH', /./, (response) => refuse(response, 400, 'bad_request', 'It is too long.'))
    })
    await get().rename(idOf(get(), 'b'), 'x'.repeat(300))
    expect(titles(get())).toEqual(['c', 'b', 'a'])
    expect(get().notices).toMatchObject([{ tone: 'danger', text: 'Couldn’t rename “b”. It is too long.' }])
    get().dismiss(get().notices[0]?.id ?? '')
    expect(get().notices).toEqual([])
  })
})

describe('the list', () => {
  test('grows by a page at a time, each once', async () => {
    const { server, get } = await openStore((server) => {
      server.pageSize = 1
      abc(server)
    })
    expect(titles(get())).toEqual(['c'])
    await Promise.all([get().loadMoreSummaries(), get().loadMoreSummaries()])
    expect(titles(get())).toEqual(['c', 'b'])
    await get().loadMoreSummaries()
    await get().loadMoreSummaries()
    expect(titles(get())).toEqual(['c', 'b', 'a'])
    expect(server.count('GET', /conversations/)).toBe(2)
  })

  test('shows a failure and can be loaded again', async () => {
    const { get } = await openStore((server) => {
      server.pageSize = 2
      abc(server)
      server.fault('GET', /cursor/, (response) => response.writeHead(200).end('<h1>Hello</h1>'))
    })
    await get().loadMoreSummaries()
    expect(get().notices).toMatchObject([{ tone: 'danger' }])
    await get().loadMoreSummaries()
    expect(titles(get())).toEqual(['c', 'b', 'a'])
  })
})

describe('settings', () => {
  test('show at once and are saved; a refusal reverts them', async () => {
    const { server, get } = await openStore()
    const saving = get().saveSettings({ theme: 'dark' })
    expect(get().settings.theme).toBe('dark')
    await saving
    expect(server.received.at(-1)).toMatchObject({ method: 'PATCH', path: '/api/settings', body: { theme: 'dark' } })
    server.fault('PATCH', /settings/, 'reset')
    await get().saveSettings({ theme: 'light' })
    expect(get().settings.theme).toBe('dark')
    expect(get().notices).toMatchObject([{ tone: 'danger' }])
  })

  test('the model of a conversation is its own, that of a new one is the default', async () => {
    const { server, get } = await openStore(abc)
    const id = idOf(get(), 'b')
    await get().setModel(id, 'large')
    expect(server.summaries.get(id)?.model).toBe('large')
    await get().setModel('new', 'small')
    expect(server.received.at(-1)).toMatchObject({ path: '/api/settings', body: { defaultModel: 'small' } })
    expect(get().settings.defaultModel).toBe('small')
    server.fault('PATCH', /conversations/, 'reset')
    await get().setModel(id, 'larger')
    expect(get().summaries.find((each) => each.id === id)?.model).toBe('large')
  })

  test('models are fetched', async () => {
    const { get } = await openStore()
    await get().loadModels()
    expect(get().models).toMatchObject({ defaultModel: 'demo', demoOnly: true })
  })
})
