import { openEndpoint } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { signIn, signOut } from '@/lib/http/sign-in'
import { signInRequest } from '@/lib/protocol/requests/session'

/** Signs a browser in with the password. */
export const POST = openEndpoint(async (request, { session }) => {
  const { password } = await readJson(request, signInRequest)
  return await signIn(request, session, password)
})

/** Signs it out. */
export const DELETE = openEndpoint((request, { session }) => signOut(request, session))
