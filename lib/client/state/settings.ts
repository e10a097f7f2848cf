import { defaultSettings, type Settings, settingNames } from '@/lib/protocol/api'
import { ApiError, problemFrom } from '../transport/api-calls'
import { type Core, notify } from './core'
import { newConversationId } from './types'

/** The person's settings and the list of models. `chooseModel` changes the model of an existing conversation. */
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
  /** Saves one change at a time, in order. */
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
      set(({ settings }) => ({ settings: reverted(settings, change, before) }))
      report('settings', 'Couldn’t save the setting.', error)
    }
  }

  async function saveTyped(change: Partial<Settings>): Promise<void> {
    const names = settingNames.filter((name) => name in change)
    const apply = (saved: Settings) => set(({ settings }) => ({ settings: { ...settings, ...some(saved, names) } }))
    await inOrder(async () => {
      try {
        apply(await client.saveSettings(change, some(get().settings, names)))
      } catch (error) {
        // Show what it was changed to elsewhere. If that can't be loaded, the refusal is shown alone.
        if (error instanceof ApiError && error.status === 409) await client.settings().then(apply, () => {})
        throw error
      }
    })
  }

  /** Sends the browser's time zone once: the days and months of budgets begin by it. */
  async function sendTimeZone(): Promise<void> {
    const timeZone = environment.timeZone()
    if (get().settings.timeZone !== defaultSettings.timeZone || timeZone === defaultSettings.timeZone) return
    // The person didn't ask for this, so a failure isn't shown; the next page tries again.
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

  return { actions: { loadModels, saveSettings, saveTyped, setModel }, sendTimeZone }
}

function some(settings: Settings, names: (keyof Settings)[]): Partial<Settings> {
  return Object.fromEntries(names.map((name) => [name, settings[name]]))
}

/** Reverts a change that could not be saved, except where it has been changed again since. */
function reverted(settings: Settings, change: Partial<Settings>, before: Settings): Settings {
  const names = settingNames.filter((name) => name in change && settings[name] === change[name])
  return { ...settings, ...some(before, names) }
}
