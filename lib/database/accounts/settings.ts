import 'server-only'
import { defaultSettings, type Settings, settingNames, settings } from '@/lib/protocol/api'
import { conflict } from '@/lib/refused'
import { database, engine } from '../client'

/** A person's settings; the defaults for what they never chose. */
export async function settingsOf(ownerId: string): Promise<Settings> {
  const row = await database()
    .selectFrom('settings')
    .select('settings')
    .where('ownerId', '=', ownerId)
    .executeTakeFirst()
  return row ? readSettings(row.settings) : defaultSettings
}

/** Settings out of their column; the default for each that is not in it or cannot be read. */
export function readSettings(json: string): Settings {
  const stored = { ...defaultSettings, ...JSON.parse(json) }
  const whole = settings.safeParse(stored)
  if (whole.success) return whole.data
  const wrong = new Set(whole.error.issues.map(({ path }) => path[0]))
  const readable = Object.entries(stored).filter(([name]) => !wrong.has(name))
  return settings.parse({ ...defaultSettings, ...Object.fromEntries(readable) })
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
 * Changes some of a person's settings and gives them all. `seen` is what the person saw of them before.
 * @throws {Refused} 409, and nothing is changed, when one of those seen is another by now.
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
      // SQLite runs one transaction at a time.
      if (engine() === 'postgres') query = query.forUpdate()
      const stored = readSettings((await query.executeTakeFirstOrThrow()).settings)
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
