import 'server-only'
import { createHash } from 'node:crypto'
import { config } from '@/lib/config'
import { keyFor, sameSecret } from '@/lib/secret'

/** The length below which a password could be guessed. */
export const SAFE_PASSWORD_LENGTH = 12

/** Compares a password with `RILL_PASSWORD` in constant time. False if that isn't set. */
export function passwordMatches(given: string): boolean {
  const { password } = config()
  const same = sameSecret(given, password ?? '')
  return password !== null && same
}

/** Identifies the current password without revealing it: sessions keep it, so a new password signs every browser out. */
export function passwordMark(): string {
  // Cookies of earlier versions hold the same mark, so it can't change.
  return createHash('sha256')
    .update(`${config().password} ${Buffer.from(keyFor('session')).toString('hex')}`)
    .digest('base64url')
    .slice(0, 16)
}
