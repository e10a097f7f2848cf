import { changeSettings, settingsOf } from '@/lib/database/accounts/settings'
import { endpoint, json } from '@/lib/http/endpoint'
import { readJson } from '@/lib/http/input/body'
import { settingsChange } from '@/lib/protocol/requests/settings'

/** The person's settings. */
export const GET = endpoint(async (_request, { principal }) => json(await settingsOf(principal.ownerId)))

/** Changes some settings, unless one has changed since the person saw it. Responds with all settings. */
export const PATCH = endpoint(async (request, { principal }) => {
  const { seen, ...changes } = await readJson(request, settingsChange)
  return json(await changeSettings(principal.ownerId, changes, seen))
})
