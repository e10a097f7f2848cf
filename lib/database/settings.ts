import 'server-only'
import { database } from '@/lib/database/client'
import { defaultSettings, type Settings, settings } from '@/lib/protocol/api'

/** A person's settings; the defaults for what they never chose. */
export async function settingsOf(ownerId: string): Promise<Settings> {
  const row = await database()
    .selectFrom('settings')
    .select('settings')
    .where('ownerId', '=', ownerId)
    .executeTakeFirst()
  return row ? readSettings(row.settings) : defaultSettings
}

/** Settings out of their column; the defaults for what is not in it. */
export function readSettings(json: string): Settings {
  const stored = settings.safeParse({ ...defaultSettings, ...JSON.parse(json) })
  return stored.success ? stored.data : defaultSettings
}

/** Changes some of a person's settings and gives them all. */
export async function changeSettings(ownerId: string, change: Partial<Settings>): Promise<Settings> {
  const changed = { ...(await settingsOf(ownerId)), ...change }
  const json = JSON.stringify(changed)
  await database()
    .insertInto('settings')
    .values({ ownerId, settings: json })
    .onConflict((conflict) => conflict.column('ownerId').doUpdateSet({ settings: json }))
    .execute()
  return changed
}
