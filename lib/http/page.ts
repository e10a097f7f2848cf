import 'server-only'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { mode } from '@/lib/accounts/mode'
import type { Principal } from '@/lib/accounts/principal'
import { identify } from '@/lib/accounts/sessions'
import { config } from '@/lib/config'
import { settingsOf } from '@/lib/database/accounts/settings'
import { listConversations } from '@/lib/database/conversations'
import { ownedConversation } from '@/lib/database/ownership'
import type { ConversationPage, ModelList, Settings } from '@/lib/protocol/api'
import type { Mode } from '@/lib/protocol/mode'
import { modelListForPage } from '@/lib/providers/models'
import { Refused } from '@/lib/refused'
import { license, version } from '@/package.json'
import { nextPath, signInPath } from './next-path'
import { originOf } from './origin'
import { SESSION_HEADER } from './session'

/** The sidebar's first page. */
const FIRST_PAGE = 40
/** A page does not wait for slow providers: their models come later, by `GET /api/models`. */
const MODELS_WAIT_MS = 50

/** The path and query of the page that is asked for, as the proxy passes it on. */
export const PATH_HEADER = 'x-rill-path'

/** The principal whose page is being rendered, by the session that the proxy has found or begun. */
const pagePrincipal = cache(async (): Promise<Principal | null> => {
  const token = (await headers()).get(SESSION_HEADER) ?? undefined
  return (await identify({ token, legacy: undefined })).principal
})

/** @throws a redirect to the sign-in page, and from there back here, when the password has not been given. */
async function requirePrincipal(): Promise<Principal> {
  const principal = await pagePrincipal()
  if (principal === null) redirect(signInPath((await headers()).get(PATH_HEADER)))
  return principal
}

/** The theme that was chosen, if anybody has been let in to choose one. */
export async function pageTheme(): Promise<Settings['theme']> {
  const principal = await pagePrincipal()
  return principal ? (await settingsOf(principal.ownerId)).theme : 'system'
}

/** Where the browser has the page from, for addresses that have to be whole. Null when that cannot be told. */
export async function pageOrigin(): Promise<string | null> {
  return originOf(await headers())
}

/** What a page says of this server: what runs, and where it keeps what it is given. */
export async function pageAbout(): Promise<{ version: string; license: string; database: 'SQLite' | 'Postgres' }> {
  await requirePrincipal()
  return { version, license, database: config().databaseUrl === null ? 'SQLite' : 'Postgres' }
}

/** What every page of the app starts with. */
export async function pageSession(): Promise<{
  mode: Mode
  settings: Settings
  conversations: ConversationPage
  models: ModelList
}> {
  const { ownerId } = await requirePrincipal()
  const [settings, conversations, models] = await Promise.all([
    settingsOf(ownerId),
    listConversations(ownerId, { limit: FIRST_PAGE }),
    modelListForPage(ownerId, MODELS_WAIT_MS),
  ])
  return { mode: mode(), settings, conversations, models }
}

/** Whether the person whose page is being rendered has this conversation. */
export async function mayOpenConversation(id: string): Promise<boolean> {
  const { ownerId } = await requirePrincipal()
  try {
    await ownedConversation(id, ownerId)
    return true
  } catch (error) {
    if (error instanceof Refused) return false
    throw error
  }
}

/** Where the sign-in page leads whoever needs not sign in, or no more; null for whoever does. */
export async function signedInPath(next: unknown): Promise<string | null> {
  return (await pagePrincipal()) === null ? null : nextPath(next)
}
