import 'server-only'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { listConversations } from '@/lib/database/conversations'
import { ownedConversation } from '@/lib/database/ownership'
import { settingsOf } from '@/lib/database/settings'
import type { ConversationPage, ModelList, Settings } from '@/lib/protocol/api'
import { modelList } from '@/lib/providers/models'
import { Refused } from '@/lib/refused'
import { SESSION_COOKIE, type Session, sessionOf } from './session'

/** The sidebar's first page. */
const FIRST_PAGE = 40
/** A page does not wait for slow providers: their models come later, by `GET /api/models`. */
const MODELS_WAIT_MS = 50

/** Whose page is being rendered. The proxy has made the session and passes it on, also on the first visit. */
const pageOwner = cache(async (): Promise<Session> => {
  const passed = (await headers()).get('x-rill-session')
  return await sessionOf(passed ?? (await cookies()).get(SESSION_COOKIE)?.value, false)
})

/** What every page of the app starts with. Redirects to `/sign-in` when the password has not been given. */
export async function pageSession(): Promise<{
  settings: Settings
  conversations: ConversationPage
  models: ModelList
}> {
  const { ownerId, signedIn } = await pageOwner()
  if (!signedIn) redirect('/sign-in')
  const [settings, conversations, models] = await Promise.all([
    settingsOf(ownerId),
    listConversations(ownerId, { limit: FIRST_PAGE }),
    modelList(ownerId, MODELS_WAIT_MS),
  ])
  return { settings, conversations, models }
}

/** Whether the person whose page is being rendered has this conversation. */
export async function mayOpenConversation(id: string): Promise<boolean> {
  const { ownerId, signedIn } = await pageOwner()
  if (!signedIn) redirect('/sign-in')
  try {
    await ownedConversation(id, ownerId)
    return true
  } catch (error) {
    if (error instanceof Refused) return false
    throw error
  }
}
