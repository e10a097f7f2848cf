import type { ModelGroup } from '@/lib/protocol/api'

/**
 * The groups that hold a model matching every word of the query, in its own name or the provider's.
 * Without a query all groups stay, also those with nothing but a problem, which the person should see.
 */
export function filterModels(groups: ModelGroup[], query: string): ModelGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return groups
  return groups
    .map((group) => ({
      ...group,
      models: group.models.filter((model) => {
        const haystack = `${group.name} ${model.name}`.toLowerCase()
        return words.every((word) => haystack.includes(word))
      }),
    }))
    .filter((group) => group.models.length > 0)
}
