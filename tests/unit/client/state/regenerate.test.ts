import { describe, expect, test } from 'vitest'
import { branchesOf, visiblePath } from '@/lib/client/state/selectors'
import { openInterruptedReply } from '../interrupted-reply'
import { openTab, statusOf, textIn, until } from '../open-store'
import { done, refuse, says } from '../responses'

describe('a regenerated reply', () => {
  test('is another branch below the same prompt, and is shown', async () => {
    const { server, environment, store, get, id, messageId, userMessageId, newest } = await openInterruptedReply()
    /** A reload: another store with the same storage. */
    const reloaded = async () => {
      const later = openTab(server, environment)
      await later.get().loadConversation(id)
      return visiblePath(later.get(), id)
    }
    get().setDraft(id, 'something else')
    const regenerated = get().regenerate(messageId)
    expect(get().conversations[id]?.pending?.request).toMatchObject({ kind: 'regenerate', promptId: userMessageId })
    await regenerated
    const other = newest().start.messageId
    await until(() => statusOf(store, other) === 'running')
    expect(branchesOf(get(), messageId)).toEqual([messageId, other])
    expect(visiblePath(get(), id)).toEqual([userMessageId, other])
    expect(get().drafts[id]).toBe('something else')
    newest().append(...says('No.'), done)
    await until(() => statusOf(store, other) === 'completed')
    expect([textIn(store, messageId), textIn(store, other)]).toEqual(['Yes, ', 'No.'])
    expect(await reloaded()).toEqual([userMessageId, other])
    get().choose(id, userMessageId, messageId)
    expect(visiblePath(get(), id)).toEqual([userMessageId, messageId])
    expect(await reloaded()).toEqual([userMessageId, messageId])
    await get().regenerate(messageId)
    const third = newest().start.messageId
    await until(() => statusOf(store, third) === 'running')
    expect(visiblePath(get(), id)).toEqual([userMessageId, third])
    expect(await reloaded()).toEqual([userMessageId, third])
    // The newest is the default.
    expect([...environment.stored.keys()].filter((key) => key.includes('branch'))).toEqual([])
  })

  test('stays on screen while another tab shows another branch', async () => {
    const { server, environment, get, id, messageId, userMessageId, newest } = await openInterruptedReply()
    await get().regenerate(messageId)
    const other = newest().start.messageId
    newest().append(...says('No.'), done)
    const elsewhere = openTab(server, environment)
    await elsewhere.get().loadConversation(id)
    const path = () => visiblePath(elsewhere.get(), id)
    expect(path()).toEqual([userMessageId, other])
    get().choose(id, userMessageId, messageId)
    const { start } = server.turn(id, 'And lakes?', other)
    environment.setHidden(true)
    environment.setHidden(false)
    await until(() => elsewhere.get().messages[start.messageId])
    expect(path()).toEqual([userMessageId, other, start.userMessageId, start.messageId])
  })

  test('shows a failure and leaves the text box alone', async () => {
    const { server, get, id, messageId } = await openInterruptedReply()
    server.fault('POST', /regenerate/, (response) => refuse(response, 409, 'bad_request', 'It is gone.'))
    await get().regenerate(messageId)
    expect(get().conversations[id]?.pending).toBeNull()
    expect(get().drafts[id]).toBeUndefined()
    const [notice] = get().notices
    expect(notice?.text).toContain('It is gone.')
    notice?.action?.run()
    await until(() => Object.keys(get().messages).length === 3)
  })
})
