'use client'
import { useEffect } from 'react'
import { modelName } from '@/components/chat/models'
import { useConversations } from '@/lib/store/context'

/** What models and providers are called, also those that are not there any more. */
export function useNames() {
  const models = useConversations((state) => state.models)
  const loadModels = useConversations((state) => state.loadModels)
  useEffect(() => {
    if (!models) void loadModels()
  }, [models, loadModels])
  return {
    modelName: (id: string) => {
      const name = modelName(models, id)
      // A reference to a provider that is gone: its id says nothing to anybody.
      return name === id ? id.replace(/^[0-9a-f-]{36}:/, '') : name
    },
    providerName: (id: string) => models?.groups.find(({ providerId }) => providerId === id)?.name ?? shortened(id),
  }
}

function shortened(providerId: string): string {
  return /^[0-9a-f-]{36}$/.test(providerId) ? 'A removed provider' : providerId
}
