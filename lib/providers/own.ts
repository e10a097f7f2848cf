import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { advisoryLock, type Database, database } from '@/lib/database/client'
import { ownedProvider } from '@/lib/database/ownership'
import type { ProviderRow } from '@/lib/database/schema'
import type { Provider } from '@/lib/protocol/providers'
import { Refused } from '@/lib/refused'
import { forgetCapabilities } from './capabilities'
import { type Credentials, credentialsOf, openCredentials, sealCredentials } from './keys'

const MAX_PROVIDERS = 50

/** The form on the settings page. An absent key or header list keeps the stored one. */
export interface ProviderForm {
  name: string
  baseUrl: string
  apiKey?: string | null
  headers?: Record<string, string>
  /** Null keeps the server's timeout. */
  firstTokenTimeoutMs?: number | null
  idleTimeoutMs?: number | null
}

/** A person's own providers, oldest first, without their keys. */
export async function listProviders(ownerId: string): Promise<Provider[]> {
  return (await providerRows(ownerId)).map(providerOf)
}

/** The rows of a person's own providers, oldest first. */
export async function providerRows(ownerId: string): Promise<ProviderRow[]> {
  return await database().selectFrom('providers').selectAll().where('ownerId', '=', ownerId).orderBy('id').execute()
}

/** Stores a provider with its key and headers encrypted. @throws {Refused} 409 when there are too many. */
export async function createProvider(ownerId: string, form: ProviderForm): Promise<Provider> {
  const id = uuidv7()
  const credentials = { apiKey: form.apiKey ?? null, headers: form.headers ?? {} }
  const row: ProviderRow = {
    id,
    ownerId,
    name: form.name,
    baseUrl: form.baseUrl,
    sealed: sealCredentials(id, credentials),
    firstTokenTimeoutMs: form.firstTokenTimeoutMs ?? null,
    idleTimeoutMs: form.idleTimeoutMs ?? null,
    createdAt: Date.now(),
  }
  await database()
    .transaction()
    .execute(async (tx) => {
      await checkCount(tx, ownerId)
      await tx.insertInto('providers').values(row).execute()
    })
  return providerOf(row)
}

/** @throws {Refused} 409 when a person has the maximum number of providers. */
async function checkCount(tx: Database, ownerId: string): Promise<void> {
  await advisoryLock(tx, `providers of ${ownerId}`)
  const { count } = await tx
    .selectFrom('providers')
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow()
  if (Number(count) < MAX_PROVIDERS) return
  throw new Refused(409, {
    kind: 'bad_request',
    message: `You already have ${MAX_PROVIDERS} providers, which is the limit. Remove one you no longer use.`,
  })
}

/**
 * Changes a provider. With another server's address the key must be entered again, so that nobody with access to the page
 * can redirect it to their own server.
 * @throws {Refused} 404, or 400 when the key has to be entered again.
 */
export async function updateProvider(id: string, ownerId: string, form: Partial<ProviderForm>): Promise<Provider> {
  const row = await ownedProvider(id, ownerId)
  const credentials = mergedCredentials(row, form)
  const change = {
    name: form.name ?? row.name,
    baseUrl: form.baseUrl ?? row.baseUrl,
    sealed: sealCredentials(id, credentials),
    firstTokenTimeoutMs: valueOr(form.firstTokenTimeoutMs, row.firstTokenTimeoutMs),
    idleTimeoutMs: valueOr(form.idleTimeoutMs, row.idleTimeoutMs),
  }
  await database().updateTable('providers').set(change).where('id', '=', id).execute()
  await forgetCapabilities(id)
  return providerOf({ ...row, ...change })
}

/** Removes a provider and its key. @throws {Refused} 404 */
export async function deleteProvider(id: string, ownerId: string): Promise<void> {
  await ownedProvider(id, ownerId)
  await database().deleteFrom('providers').where('id', '=', id).execute()
  await forgetCapabilities(id)
}

const noCredentials: Credentials = { apiKey: null, headers: {} }

/** The stored credentials with the form's changes. @throws {Refused} 400 when a stored key would go to another host. */
export function mergedCredentials(row: ProviderRow, form: Partial<ProviderForm>): Credentials {
  // A new key replaces an unreadable one.
  const stored = form.apiKey === undefined ? credentialsOf(row) : (openCredentials(row) ?? noCredentials)
  const hasMoved = form.baseUrl !== undefined && new URL(form.baseUrl).origin !== new URL(row.baseUrl).origin
  const keepsSecrets =
    (form.apiKey === undefined && stored.apiKey !== null) ||
    (form.headers === undefined && Object.keys(stored.headers).length > 0)
  if (hasMoved && keepsSecrets) {
    throw new Refused(400, {
      kind: 'bad_request',
      field: 'apiKey',
      message: 'The address now points to another server. Enter the API key and headers again.',
    })
  }
  return { apiKey: form.apiKey === undefined ? stored.apiKey : form.apiKey, headers: form.headers ?? stored.headers }
}

function providerOf(row: ProviderRow): Provider {
  const credentials = openCredentials(row)
  const { id, name, baseUrl, firstTokenTimeoutMs, idleTimeoutMs, createdAt } = row
  return {
    id,
    name,
    baseUrl,
    hasKey: credentials?.apiKey != null,
    headerNames: Object.keys(credentials?.headers ?? {}),
    unreadable: credentials === null,
    firstTokenTimeoutMs,
    idleTimeoutMs,
    createdAt,
  }
}

/** The form's value, which may be null; the stored one if the form has none. */
function valueOr<T>(value: T | undefined, stored: T): T {
  return value === undefined ? stored : value
}
