import 'server-only'
import { z } from 'zod'

/** `POST /api/session` */
export const signInRequest = z.strictObject({ password: z.string().max(1000) })
export type SignInRequest = z.input<typeof signInRequest>
