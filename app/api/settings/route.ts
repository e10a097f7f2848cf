import { z } from 'zod'
import { changeSettings, settingsOf } from '@/lib/database/settings'
import { readJson } from '@/lib/http/body'
import { endpoint, json } from '@/lib/http/endpoint'
import { name } from '@/lib/http/fields'

const change = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).optional(),
  enterSends: z.boolean().optional(),
  defaultModel: name.nullable().optional(),
})

/** The person's settings. */
export const GET = endpoint(async (_request, { session }) => json(await settingsOf(session.ownerId)))

/** Changes some of them; answers all. */
export const PATCH = endpoint(async (request, { session }) =>
  json(await changeSettings(session.ownerId, await readJson(request, change))),
)
