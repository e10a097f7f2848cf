import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import { Migrator } from 'kysely'
import type { Database } from '@/lib/database/client'
import { migrations } from '@/lib/database/migrations'

/*
 * What earlier versions wrote, as they wrote it: nothing here may follow a change of the code.
 */

/** Brings an empty database to the schema of an earlier version: that of the last migration it had. */
export async function migrateTo(db: Database, last: string): Promise<void> {
  const earlier = Object.fromEntries(Object.entries(migrations).filter(([name]) => name <= last))
  const migrator = new Migrator({ db, provider: { getMigrations: async () => earlier } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
}

/** A provider's key, sealed to the provider and its owner. */
export function sealedBefore(secret: string, { id, ownerId }: { id: string; ownerId: string }, apiKey: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyBefore(secret, 'providers'), iv)
  cipher.setAAD(Buffer.from(`provider ${id} of ${ownerId}`))
  const sealed = Buffer.concat([cipher.update(JSON.stringify({ apiKey, headers: {} }), 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** The cookie of a browser, signed in when a password is given. */
export async function cookieBefore(secret: string, ownerId: string, password: string | null = null): Promise<string> {
  const key = keyBefore(secret, 'session')
  const mark = createHash('sha256')
    .update(`${password} ${Buffer.from(key).toString('hex')}`)
    .digest('base64url')
    .slice(0, 16)
  const token = await new SignJWT(password === null ? {} : { password: mark })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(ownerId)
    .setIssuedAt()
    .sign(key)
  return `rill=${token}`
}

function keyBefore(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `rill ${purpose}`, 32))
}
