import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, it } from 'vitest'
import { ReplyMenu } from '@/components/message/reply-menu'
import type { Message } from '@/lib/protocol/messages'
import { openPage } from '../page'

afterEach(cleanup)

const message: Message = {
  ...{ id: 'reply', parentId: 'prompt', role: 'assistant', parts: [{ type: 'text', text: 'Words.' }], createdAt: 1 },
  generation: {
    ...{ id: 'run', status: 'completed', retry: null, model: 'demo:rill', finishReason: 'stop', usage: null },
    ...{ earlier: [], attempts: 1, cursor: 1, startedAt: 1, firstTokenAt: 2, endedAt: 3 },
  },
}

function Menu() {
  const [open, setOpen] = useState(true)
  const trigger = <button type="button">More</button>
  return (
    <>
      <textarea />
      <ReplyMenu open={open} onOpenChange={setOpen} trigger={trigger} conversationId="rivers" message={message} />
    </>
  )
}

async function openDetails() {
  await openPage({}, <Menu />)
  fireEvent.click(screen.getByRole('menuitem', { name: 'Details' }))
  return await screen.findByRole('dialog', { name: 'Details of the reply' })
}
const isClosed = () => waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())

it('returns the focus to its button when a key closes the details', async () => {
  fireEvent.keyDown(await openDetails(), { key: 'Escape' })
  await isClosed()
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More' })))
})

it('leaves the focus where the user moved it while the details were open', async () => {
  const details = await openDetails()
  const box = screen.getByRole('textbox')
  // The details listen for outside clicks from the next task on.
  await waitFor(() => {
    fireEvent.pointerDown(box)
    box.focus()
    fireEvent.click(box)
    expect(details.isConnected).toBe(false)
  })
  // They would return the focus in the next task.
  await new Promise((resolve) => setTimeout(resolve))
  expect(document.activeElement).toBe(box)
})
