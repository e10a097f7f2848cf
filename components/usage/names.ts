'use client'
import { useEffect } from 'react'
import { modelName } from '@/components/models/models'
import { useConversations } from '@/lib/client/state/context'
import { type ConversationUsage, TESTS } from '@/lib/protocol/billing/usage'

/** The title of a conversation, also of a deleted one. */
export function conversationName({
  conversationId,
  title,
}: Pick<ConversationUsage, 'conversationId' | 'title'>): string {
  return title ?? (conversationId === TESTS ? 'Provider tests' : 'Deleted conversation')
}

/** Display names of models and providers, also of removed ones. */
export function useNames() {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  useEffect(() => {
    if (!models) void loadModels()
  }, [models, loadModels])
  return {
    modelName: (id: string) => modelName(models, id),
    providerName: (id: string) =>
      models?.groups.find(({ providerId }) => providerId === id)?.name ?? formerProviderName(id),
  }
}

/** The name of a provider that no longer exists. */
function formerProviderName(providerId: string): string {
  if (/^[0-9a-f-]{36}$/.test(providerId)) return 'Removed provider'
  if (providerId.startsWith('environment')) return 'A previous server'
  // A provider that was only tested has its host as its id.
  return /[.:]/.test(providerId) ? `Provider tests (${providerId})` : providerId
}
