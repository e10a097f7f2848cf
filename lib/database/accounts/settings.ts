import 'server-only'
import { defaultSettings, type Settings, settingNames, settings } from '@/lib/protocol/api'
import { conflict } from '@/lib/refused'
import { database, engine } from '../client'

/** A person's settings, with defaults for those they never chose. */
export async function settingsOf(ownerId: string): Promise<Settings> {
  const row = await database()
    .selectFrom('settings')
    .select('settings')
    .where('ownerId', '=', ownerId)
    .executeTakeFirst()
  return row ? parseSettings(row.settings) : defaultSettings
}

/** Parses the settings column. A setting that is missing or invalid gets its default. */
export function parseSettings(json: string): Settings {
  const stored = { ...defaultSettings, ...JSON.parse(json) }
  const parsed = settings.safeParse(stored)
  if (parsed.success) return parsed.data
  const invalid = new Set(parsed.error.issues.map(({ path }) => path[0]))
  const valid = Object.entries(stored).filter(([name]) => !invalid.has(name))
  return settings.parse({ ...defaultSettings, ...Object.fromEntries(valid) })
}

const names: Record<keyof Settings, string> = {
  theme: 'theme',
  enterSends: 'Enter key setting',
  defaultModel: 'default model',
  currency: 'currency',
  exchangeRate: 'exchange rate',
  timeZone: 'time zone',
}

/**
 * Changes some of a person's settings and returns all. `seen` holds the values that the person saw.
 * @throws {Refused} 409 if one of those has changed; then nothing is stored.
 */
export async function changeSettings(
  ownerId: string,
  change: Partial<Settings>,
  seen: Partial<Record<keyof Settings, unknown>> = {},
): Promise<Settings> {
  return await database()
    .transaction()
    .execute(async (tx) => {
      const empty = { ownerId, settings: '{}' }
      await tx
        .insertInto('settings')
        .values(empty)
        .onConflict((conflicting) => conflicting.column('ownerId').doNothing())
        .execute()
      let query = tx.selectFrom('settings').select('settings').where('ownerId', '=', ownerId)
      // On SQLite one transaction runs at a time.
      if (engine() === 'postgres') query = query.forUpdate()
      const stored = parseSettings((await query.executeTakeFirstOrThrow()).settings)
      for (const name of settingNames)
        if (name in seen && seen[name] !== stored[name]) throw changedElsewhere(name, stored[name])
      const changed = { ...stored, ...change }
      await tx
        .updateTable('settings')
        .set({ settings: JSON.stringify(changed) })
        .where('ownerId', '=', ownerId)
        .execute()
      return changed
    })
}

function changedElsewhere(name: keyof Settings, value: unknown) {
  return conflict(
    `The ${names[name]} was changed in another tab or on another device. It’s now ${value}, and your change wasn’t saved.`,
    name,
  )
}
