import { defaultSettings, type Settings } from '@/lib/protocol/api'
import { problemOf } from './client'
import { type Core, notify } from './core'
import { newConversationId } from './types'

/** The person's settings and the models there are. `chooseModel` keeps the model of a conversation that exists. */
export function createSettings(core: Core, chooseModel: (id: string, model: string) => Promise<void>) {
  const { get, set, page, client } = core

  async function loadModels(): Promise<void> {
    try {
      set({ models: await client.models() })
    } catch (error) {
      report('models', 'The list of models could not be loaded.', error)
    }
  }

  async function saveSettings(change: Partial<Settings>): Promise<void> {
    const before = get().settings
    const changed = { ...before, ...change }
    set({ settings: changed })
    try {
      await client.saveSettings(change)
    } catch (error) {
      if (get().settings === changed) set({ settings: before })
      report('settings', 'The setting could not be saved.', error)
    }
  }

  /** Once, when the server does not know it yet: by it the days and months of budgets begin. */
  async function tellTimeZone(): Promise<void> {
    const timeZone = page.timeZone()
    if (get().settings.timeZone !== defaultSettings.timeZone || timeZone === defaultSettings.timeZone) return
    // Nobody asked for it, so nobody is told when it fails; the next page tries again.
    const saved = await client.saveSettings({ timeZone }).catch(() => null)
    if (saved) set(({ settings }) => ({ settings: { ...settings, timeZone: saved.timeZone } }))
  }

  async function setModel(conversationId: string, model: string): Promise<void> {
    if (conversationId === newConversationId) await saveSettings({ defaultModel: model })
    else await chooseModel(conversationId, model)
  }

  function report(id: string, what: string, error: unknown): void {
    notify(core, { id, text: `${what} ${problemOf(error).message}`, tone: 'danger' })
  }

  return { actions: { loadModels, saveSettings, setModel }, tellTimeZone }
}
