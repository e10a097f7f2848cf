import 'server-only'
import { z } from 'zod'
import { database } from '@/lib/database/client'
import type { ProviderRow } from '@/lib/database/schema'
import { log } from '@/lib/log'
import { Refused } from '@/lib/refused'
import { isSealed, seal, unseal, unsealBare } from '@/lib/secret'

const credentialsJson = z.object({ apiKey: z.string().nullable(), headers: z.record(z.string(), z.string()) })
export type Credentials = z.infer<typeof credentialsJson>

type SealedRow = Pick<ProviderRow, 'id' | 'ownerId' | 'sealed'>

/** Seals the key and headers of a provider to its id. */
export function sealCredentials(id: string, credentials: Credentials): string {
  return seal(JSON.stringify(credentials), contextOf(id))
}

/** The key and headers of a provider. For the server alone. @throws {Refused} 400 when the secret they were sealed with has changed. */
export function credentialsOf(row: SealedRow & Pick<ProviderRow, 'name'>): Credentials {
  const credentials = open(row)
  if (credentials) return credentials
  throw new Refused(400, {
    kind: 'auth',
    field: 'apiKey',
    message: `Rill can’t read the saved key for ${row.name} because its secret changed. Edit the provider and enter the key again.`,
  })
}

/** The key and headers of a provider; null when they cannot be read. */
export function open(row: SealedRow): Credentials | null {
  try {
    return credentialsJson.parse(JSON.parse(textOf(row)))
  } catch {
    return null
  }
}

/**
 * Re-seals what an earlier version sealed to its owner. Unreadable keys stay as they are, in case the secret is restored.
 */
export async function resealKeys(): Promise<void> {
  const rows = await database()
    .selectFrom('providers')
    .select(['id', 'ownerId', 'sealed'])
    .where('sealed', 'not like', 'v2.%')
    .execute()
  for (const row of rows) {
    const credentials = open(row)
    if (credentials === null) {
      log().warn({ providerId: row.id }, 'can’t read a provider’s key: it was sealed with another secret')
      continue
    }
    await database()
      .updateTable('providers')
      .set({ sealed: sealCredentials(row.id, credentials) })
      .where('id', '=', row.id)
      // Don't overwrite a key entered meanwhile.
      .where('sealed', '=', row.sealed)
      .execute()
  }
}

function contextOf(id: string): string {
  return `provider:${id}`
}

/**
 * Reads each format there has been: `v2.…`, sealed to the provider; a bare text, sealed to the provider and its owner; and
 * `v1.<owner>.<bare text>`, the same with the owner who had it before another one was given it.
 */
function textOf({ id, ownerId, sealed }: SealedRow): string {
  if (isSealed(sealed)) return unseal(sealed, contextOf(id))
  const [, owner, bare] = /^v1\.(.*)\.([^.]*)$/.exec(sealed) ?? ['', ownerId, sealed]
  return unsealBare(bare ?? '', `provider ${id} of ${owner}`)
}
