import type { ModelGroup } from '@/lib/protocol/api'

/** A group of models to choose from; `note` stands beside a model's name. */
export interface ListedGroup extends ModelGroup {
  models: (ModelGroup['models'][number] & { note?: string })[]
}

/**
 * The groups that hold a model matching every word of the query, in its own name or the provider's.
 * Without a query all groups stay, also those with nothing but a problem, which the person should see.
 */
export function filterModels(groups: ListedGroup[], query: string): ListedGroup[] {
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
