import { defaultSettings, type Settings, settingNames } from '@/lib/protocol/api'
import { ApiError, problemFrom } from '../transport/api-calls'
import { type Core, notify } from './core'
import { newConversationId } from './types'

/** The person's settings and the models there are. `chooseModel` keeps the model of a conversation that exists. */
export function createSettings(core: Core, chooseModel: (id: string, model: string) => Promise<void>) {
  const { get, set, environment, client } = core

  async function loadModels(): Promise<void> {
    try {
      set({ models: await client.models() })
    } catch (error) {
      report('models', 'Couldn’t load models.', error)
    }
  }

  let saving: Promise<unknown> = Promise.resolve()
  /** One after the other, in the order in which they were made. */
  function inOrder<T>(save: () => Promise<T>): Promise<T> {
    const saved = saving.then(save, save)
    saving = saved
    return saved
  }

  async function saveSettings(change: Partial<Settings>): Promise<void> {
    const before = get().settings
    set({ settings: { ...before, ...change } })
    try {
      await inOrder(() => client.saveSettings(change))
    } catch (error) {
      set(({ settings }) => ({ settings: takenBack(settings, change, before) }))
      report('settings', 'Couldn’t save the setting.', error)
    }
  }

  async function saveTyped(change: Partial<Settings>): Promise<void> {
    const names = settingNames.filter((name) => name in change)
    const take = (saved: Settings) => set(({ settings }) => ({ settings: { ...settings, ...some(saved, names) } }))
    await inOrder(async () => {
      try {
        take(await client.saveSettings(change, some(get().settings, names)))
      } catch (error) {
        // What it was changed to elsewhere is shown; if that cannot be loaded, the refusal alone is.
        if (error instanceof ApiError && error.status === 409) await client.settings().then(take, () => {})
        throw error
      }
    })
  }

  /** Once, when the server does not know it yet: by it the days and months of budgets begin. */
  async function tellTimeZone(): Promise<void> {
    const timeZone = environment.timeZone()
    if (get().settings.timeZone !== defaultSettings.timeZone || timeZone === defaultSettings.timeZone) return
    // Nobody asked for it, so nobody is told when it fails; the next page tries again.
    const saved = await inOrder(() => client.saveSettings({ timeZone })).catch(() => null)
    if (saved) set(({ settings }) => ({ settings: { ...settings, timeZone: saved.timeZone } }))
  }

  async function setModel(conversationId: string, model: string): Promise<void> {
    if (conversationId === newConversationId) await saveSettings({ defaultModel: model })
    else await chooseModel(conversationId, model)
  }

  function report(id: string, what: string, error: unknown): void {
    notify(core, { id, text: `${what} ${problemFrom(error).message}`, tone: 'danger' })
  }

  return { actions: { loadModels, saveSettings, saveTyped, setModel }, tellTimeZone }
}

function some(settings: Settings, names: (keyof Settings)[]): Partial<Settings> {
  return Object.fromEntries(names.map((name) => [name, settings[name]]))
}

/** Settings without a change that could not be saved, except where another change has come since. */
function takenBack(settings: Settings, change: Partial<Settings>, before: Settings): Settings {
  const names = settingNames.filter((name) => name in change && settings[name] === change[name])
  return { ...settings, ...some(before, names) }
}
