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

/** Encrypts the key and headers of a provider, bound to its id. */
export function sealCredentials(id: string, credentials: Credentials): string {
  return seal(JSON.stringify(credentials), condecrypt(id))
}

/** Decrypts the key and headers of a provider. @throws {Refused} 400 when the server's secret has changed. */
export function credentialsOf(row: SealedRow & Pick<ProviderRow, 'name'>): Credentials {
  const credentials = openCredentials(row)
  if (credentials) return credentials
  throw new Refused(400, {
    kind: 'auth',
    field: 'apiKey',
    message: `Rill can’t read the saved key for ${row.name} because its secret changed. Edit the provider and enter the key again.`,
  })
}

/** Decrypts the key and headers of a provider; null when they can't be read. */
export function openCredentials(row: SealedRow): Credentials | null {
  try {
    return credentialsJson.parse(JSON.parse(decrypt(row)))
  } catch {
    return null
  }
}

/** Re-encrypts keys in earlier formats. Unreadable keys stay as they are, in case the secret is restored. */
export async function resealKeys(): Promise<void> {
  const rows = await database()
    .selectFrom('providers')
    .select(['id', 'ownerId', 'sealed'])
    .where('sealed', 'not like', 'v2.%')
    .execute()
  for (const row of rows) {
    const credentials = openCredentials(row)
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

function condecrypt(id: string): string {
  return `provider:${id}`
}

/**
 * Decrypts every format so far: `v2.…`, bound to the provider; a bare text, bound to the provider and its owner; and
 * `v1.<owner>.<bare text>`, bound to the provider and an earlier owner.
 */
function decrypt({ id, ownerId, sealed }: SealedRow): string {
  if (isSealed(sealed)) return unseal(sealed, condecrypt(id))
  const [, owner, bare] = /^v1\.(.*)\.([^.]*)$/.exec(sealed) ?? ['', ownerId, sealed]
  return unsealBare(bare ?? '', `provider ${id} of ${owner}`)
}
