import { z } from 'zod'
import { readJson } from '@/lib/http/body'
import { endpoint } from '@/lib/http/endpoint'
import { signIn, signOut } from '@/lib/http/sign-in'

/** Signs a browser in with the password. */
export const POST = endpoint(
  async (request, { session }) => {
    const { password } = await readJson(request, z.strictObject({ password: z.string().max(1000) }))
    return await signIn(request, session, password)
  },
  { open: true },
)

/** Signs it out; its conversations stay its own. */
export const DELETE = endpoint((request, { session }) => signOut(request, session), { open: true })
