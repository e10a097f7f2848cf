import 'server-only'
import { createHash } from 'node:crypto'
import { config } from '@/lib/config'
import { keyFor, sameSecret } from '@/lib/secret'

/** A password that is shorter can be guessed. */
export const SAFE_PASSWORD_LENGTH = 12

/** Compares a password with the one that is set, in constant time. False when none is. */
export function passwordMatches(given: string): boolean {
  const { password } = config()
  const same = sameSecret(given, password ?? '')
  return password !== null && same
}

/** Tells which password a session was signed in with, without telling it: a new one signs every browser out. */
export function passwordMark(): string {
  // The cookies of earlier versions hold the same mark.
  return createHash('sha256')
    .update(`${config().password} ${Buffer.from(keyFor('session')).toString('hex')}`)
    .digest('base64url')
    .slice(0, 16)
}
