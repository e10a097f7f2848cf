/**
 * A new turn id: 128 random bits in hexadecimal. Not `crypto.randomUUID`, which browsers only have over HTTPS and on
 * localhost, and not a library, which would weigh on the first load.
 */
export function newTurnId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
