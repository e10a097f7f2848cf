import 'server-only'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { mode } from '@/lib/accounts/mode'
import { identify, type Principal } from '@/lib/accounts/sessions'
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

/** The size of the sidebar's first page. */
const FIRST_PAGE_SIZE = 40
/** A page doesn't wait longer for providers: the browser fetches their models later, by `GET /api/models`. */
const MODELS_TIMEOUT_MS = 50

/** The path and query of the requested page. The proxy sets it. */
export const PATH_HEADER = 'x-rill-path'

/** The principal of the page that is being rendered, by the session that the proxy passed on. */
const pagePrincipal = cache(async (): Promise<Principal | null> => {
  const token = (await headers()).get(SESSION_HEADER) ?? undefined
  return (await identify({ token, legacy: undefined })).principal
})

/** @throws a redirect to the sign-in page, which leads back here, if the password is missing. */
async function requirePrincipal(): Promise<Principal> {
  const principal = await pagePrincipal()
  if (principal === null) redirect(signInPath((await headers()).get(PATH_HEADER)))
  return principal
}

/** The chosen theme; the default for a browser that hasn't signed in. */
export async function pageTheme(): Promise<Settings['theme']> {
  const principal = await pagePrincipal()
  return principal ? (await settingsOf(principal.ownerId)).theme : 'system'
}

/** The page's origin, for absolute URLs; null under a foreign host name. */
export async function pageOrigin(): Promise<string | null> {
  return originOf(await headers())
}

/** What the About page says about this server. */
export async function pageAbout(): Promise<{ version: string; license: string; database: 'SQLite' | 'Postgres' }> {
  await requirePrincipal()
  return { version, license, database: config().databaseUrl === null ? 'SQLite' : 'Postgres' }
}

/** The data that every page of the app starts with. */
export async function pageSession(): Promise<{
  mode: Mode
  settings: Settings
  conversations: ConversationPage
  models: ModelList
}> {
  const { ownerId } = await requirePrincipal()
  const [settings, conversations, models] = await Promise.all([
    settingsOf(ownerId),
    listConversations(ownerId, { limit: FIRST_PAGE_SIZE }),
    modelListForPage(ownerId, MODELS_TIMEOUT_MS),
  ])
  return { mode: mode(), settings, conversations, models }
}

/** Whether the page's principal owns this conversation. */
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

/** Where the sign-in page redirects someone who needn't sign in; null for someone who must. */
export async function signedInPath(next: unknown): Promise<string | null> {
  return (await pagePrincipal()) === null ? null : nextPath(next)
}
