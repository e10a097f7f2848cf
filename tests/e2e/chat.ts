import { expect, type Locator, type Page } from '@playwright/test'
import type { Conversation } from '../../lib/protocol/api'
import { textOf } from '../../lib/protocol/messages'
import { done, finish, usage } from '../upstream/events'
import type { Step } from '../upstream/scripted'

export type Ending = 'completed' | 'stopped' | 'interrupted' | 'failed'

/** The chat as a person meets it, by the names that Rill promises. */
export class Chat {
  readonly composer: Locator
  readonly sendButton: Locator
  readonly stopButton: Locator
  readonly transcript: Locator
  readonly replies: Locator
  /** The last one. */
  readonly reply: Locator
  /** Of the conversation on screen. */
  readonly title: Locator
  readonly sidebar: Locator
  /** Rows of the sidebar whose conversation is being answered. */
  readonly liveRows: Locator

  constructor(readonly page: Page) {
    this.composer = page.getByRole('textbox', { name: 'Message' })
    this.sendButton = page.getByRole('button', { name: 'Send', exact: true })
    this.stopButton = page.getByRole('button', { name: 'Stop' })
    this.transcript = page.getByRole('log')
    this.replies = this.transcript.getByRole('article', { name: 'Reply' })
    this.reply = this.replies.last()
    this.title = page.locator('header').getByRole('heading')
    this.sidebar = page.getByRole('navigation', { name: 'Conversations' })
    this.liveRows = this.sidebar.getByRole('listitem').filter({ hasText: 'generating' })
  }

  /** A conversation in the sidebar. */
  row(title: string | RegExp): Locator {
    return this.sidebar.getByRole('listitem').filter({ hasText: title })
  }

  /** Goes to an address, and waits until the page is awake: it takes the focus only then. */
  async open(address: string): Promise<void> {
    await this.page.goto(address)
    await expect(this.composer).toBeFocused()
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await expect(this.composer).toBeFocused()
  }

  /** Goes on to an empty conversation, in the same page. */
  async startNew(): Promise<void> {
    await this.sidebar.getByRole('link', { name: 'New conversation' }).click()
    await expect(this.page).toHaveURL('/')
    await expect(this.replies).toHaveCount(0)
    await expect(this.composer).toBeFocused()
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.sendButton.click()
  }

  /** Sends, and waits for the end of the reply. */
  async ask(text: string): Promise<void> {
    const before = await this.replies.count()
    await this.send(text)
    await expect(this.replies).toHaveCount(before + 1)
    await this.ended('completed')
  }

  async ended(status: Ending): Promise<void> {
    await expect(this.reply).toHaveAttribute('data-status', status)
  }

  async running(): Promise<void> {
    await expect(this.reply).toHaveAttribute('data-status', 'running')
  }

  /** The id of the conversation on screen, as soon as the address has it. */
  async conversationId(): Promise<string> {
    await this.page.waitForURL(/\/c\/[^/]+$/)
    return new URL(this.page.url()).pathname.split('/').at(-1) ?? ''
  }

  /** The last message of the conversation on screen as the server has it, text only. */
  async storedReply(): Promise<string> {
    const response = await this.page.request.get(`/api/conversations/${await this.conversationId()}`)
    const { messages }: Conversation = await response.json()
    return textOf(messages.at(-1)?.parts ?? [])
  }
}

/** The one that is shown, if any. */
export function tooltip(page: Page): Locator {
  return page.locator('[popover]:popover-open')
}

/** What ends an answer as it should. */
export const end: Step = { write: finish('stop') + usage({ prompt: 5, completion: 3 }) + done }

/** Words that tell their place: `w0001 w0002 …`. Any that is lost, doubled or out of place shows. */
export function numbered(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `w${String(from + index).padStart(4, '0')} `)
}

/** Steps that send numbered words one by one, so many milliseconds apart. */
export function paced(words: string[], milliseconds: number): Step[] {
  return words.flatMap((delta): Step[] => [{ delta }, { wait: milliseconds }])
}

/** The numbered words on the screen. */
export async function wordsIn(reply: Locator): Promise<string[]> {
  return ((await reply.innerText()).match(/\bw\d{4}\b/g) ?? []).map((word) => `${word} `)
}
