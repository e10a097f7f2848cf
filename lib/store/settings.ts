import type { Settings } from '@/lib/protocol/api'
import { problemOf } from './client'
import { type Core, notify } from './core'
import { newConversationId } from './types'

/** The person's settings and the models there are. `chooseModel` keeps the model of a conversation that exists. */
export function createSettings(core: Core, chooseModel: (id: string, model: string) => Promise<void>) {
  const { get, set, client } = core

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

  async function setModel(conversationId: string, model: string): Promise<void> {
    if (conversationId === newConversationId) await saveSettings({ defaultModel: model })
    else await chooseModel(conversationId, model)
  }

  function report(id: string, what: string, error: unknown): void {
    notify(core, { id, text: `${what} ${problemOf(error).message}`, tone: 'danger' })
  }

  return { loadModels, saveSettings, setModel }
}
