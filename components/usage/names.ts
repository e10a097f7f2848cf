'use client'
import { useEffect } from 'react'
import { modelName } from '@/components/models/models'
import { useConversations } from '@/lib/client/state/context'
import { type ConversationUsage, TESTS } from '@/lib/protocol/billing/usage'

/** What a conversation is called, also one that is not there any more. */
export function conversationName({
  conversationId,
  title,
}: Pick<ConversationUsage, 'conversationId' | 'title'>): string {
  return title ?? (conversationId === TESTS ? 'Provider tests' : 'Deleted conversation')
}

/** What models and providers are called, also those that are not there any more. */
export function useNames() {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  useEffect(() => {
    if (!models) void loadModels()
  }, [models, loadModels])
  return {
    modelName: (id: string) => modelName(models, id),
    providerName: (id: string) => models?.groups.find(({ providerId }) => providerId === id)?.name ?? nameOfGone(id),
  }
}

/** What a provider was that is not among those there are. */
function nameOfGone(providerId: string): string {
  if (/^[0-9a-f-]{36}$/.test(providerId)) return 'Removed provider'
  if (providerId.startsWith('environment')) return 'A previous server'
  // One that was tested and not saved is known by its host.
  return /[.:]/.test(providerId) ? `Provider tests (${providerId})` : providerId
}
