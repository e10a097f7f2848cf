import 'server-only'
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { config } from '@/lib/config'
import { processSingleton } from '@/lib/process'

const IV_BYTES = 12
const TAG_BYTES = 16

/** A 256-bit key for one purpose, derived (HKDF, RFC 5869) from `RILL_SECRET` or from the secret kept in the data folder. */
export function keyFor(purpose: 'session' | 'providers' | 'mark'): Uint8Array {
  return processSingleton(
    `key:${purpose}`,
    () => new Uint8Array(hkdfSync('sha256', rootSecret(), '', `rill ${purpose}`, 32)),
  )
}

/** The format of `seal` is `v2.<key id>.<nonce, tag and ciphertext>`. */
const FORMAT = 'v2'

/**
 * Encrypts text with AES-256-GCM. `context` is authenticated but not stored: the same one is needed to decrypt, so that a
 * sealed text can't be moved to another row.
 */
export function seal(text: string, context: string): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyFor('providers'), iv).setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [FORMAT, keyId(), Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')].join('.')
}

/** Whether a text has the current format of `seal`. */
export function isSealed(text: string): boolean {
  return text.startsWith(`${FORMAT}.`)
}

/**
 * Decrypts a text of `seal`.
 * @throws {Error} when the secret or the context differs, or the text was changed.
 */
export function unseal(sealed: string, context: string): string {
  const [format, key, bare = ''] = sealed.split('.')
  if (format !== FORMAT || key !== keyId()) throw new Error('It was sealed in another format or with another secret')
  return unsealBare(bare, context)
}

/** Decrypts a text of earlier versions, which had no prefix. @throws {Error} as `unseal`. */
export function unsealBare(bare: string, context: string): string {
  const bytes = Buffer.from(bare, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyFor('providers'), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
}

/** Identifies the key of a sealed text without revealing it. */
function keyId(): string {
  return createHash('sha256').update('rill key id').update(keyFor('providers')).digest('base64url').slice(0, 8)
}

/** Identifies this process's secret without revealing it. */
export function secretMark(): string {
  return Buffer.from(keyFor('mark')).toString('base64url').slice(0, 16)
}

/** Compares two secrets in constant time, whatever their lengths. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function rootSecret(): string {
  const { secret, dataDir } = config()
  if (secret) return secret
  const path = join(dataDir, 'secret')
  if (!existsSync(path)) makeSecret(path)
  const stored = readFileSync(path, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(stored)) {
    throw new Error(
      `The file ${path} no longer contains Rill's secret. Restore it from a backup, or delete it; people will then have to sign in and enter their keys again.`,
    )
  }
  return stored
}

/** Writes a draft, then links it: a crash leaves no partial file, and of two processes only one succeeds. */
function makeSecret(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
}
