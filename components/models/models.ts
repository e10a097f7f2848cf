import { messageOf } from '@/lib/client/state/selectors'
import type { ConversationState } from '@/lib/client/state/types'
import type { ModelGroup, ModelList } from '@/lib/protocol/api'
import { groupServing, nameIn } from '@/lib/protocol/references'

/** A listed model; null if it isn't listed (anymore). */
export function modelOf(models: ModelList | null, id: string | null): ModelGroup['models'][number] | null {
  for (const group of models?.groups ?? []) {
    for (const model of group.models) if (model.id === id) return model
  }
  return null
}

/** The provider's name for a model, listed or not. */
export function modelName(models: ModelList | null, id: string): string {
  return nameIn(models?.groups ?? [], id)
}

/** A model's name, with the provider's if another provider has a model of the same name. */
export function modelLabel(models: ModelList | null, id: string): { name: string; provider?: string } {
  const groups = models?.groups ?? []
  const name = modelName(models, id)
  const own = groupServing(groups, id)
  const isShared = groups.some((group) => group !== own && group.models.some((model) => model.name === name))
  return { name, provider: isShared ? own?.name : undefined }
}

/** The name of a model's provider; null if the provider is gone. */
export function providerName(models: ModelList | null, id: string): string | null {
  return groupServing(models?.groups ?? [], id)?.name ?? null
}

/**
 * The model of a conversation's next prompt: the one chosen for it, else that of its last reply, else the user's
 * default, else the server's.
 */
export function modelFor(state: ConversationState, conversationId: string | null): string | null {
  if (conversationId) {
    const summary = state.summaries.find((each) => each.id === conversationId)
    if (summary?.model) return summary.model
    const ids = state.conversations[conversationId]?.messageIds ?? []
    for (const id of ids.toReversed()) {
      const generation = messageOf(state, id)?.generation
      if (generation) return generation.model
    }
  }
  return defaultModel(state)
}

/** The model of a new conversation: the user's default if its provider exists, else the server's. */
export function defaultModel({ settings, models }: Pick<ConversationState, 'settings' | 'models'>): string | null {
  const chosen = settings.defaultModel
  return chosen !== null && (!models || groupServing(models.groups, chosen)) ? chosen : (models?.defaultModel ?? null)
}
