import 'server-only'
import { config } from '@/lib/config'
import { settingsOf } from '@/lib/database/accounts/settings'
import { modelLastUsed } from '@/lib/database/conversations'
import type { ModelGroup } from '@/lib/protocol/api'
import { canChat, firstChoiceOf } from '@/lib/protocol/chat-models'
import { groupServing } from '@/lib/protocol/references'

/**
 * The model of a new conversation: the person's choice, else the operator's, else the one last used, else a well-known
 * chat model, else the first that can chat. Skips models that nobody serves any more. The demo model comes last.
 */
export async function chooseDefaultModel(ownerId: string, groups: ModelGroup[]): Promise<string> {
  const chosen = (await settingsOf(ownerId)).defaultModel
  if (chosen !== null && groupServing(groups, chosen)) return chosen
  const configured = config().defaultModel
  if (configured !== null) return configured
  const last = await modelLastUsed(ownerId)
  if (last !== null && isStillOffered(groups, last)) return last
  const real = groups.filter(({ kind }) => kind !== 'demo')
  return (firstChoiceOf(chatModels(real)) ?? firstChoiceOf(chatModels(groups)))?.id ?? 'demo:rill-demo'
}

/** Whether the last used model still suits a new conversation. The demo model yields to any other. */
function isStillOffered(groups: ModelGroup[], last: string): boolean {
  const group = groupServing(groups, last)
  if (!group) return false
  const listed = group.models.find(({ id }) => id === last)
  // Dropped by its provider. One that lists nothing now, or a cut list, doesn't say.
  if (!listed && group.models.length > 0 && group.more === undefined) return false
  if (group.kind === 'demo') return groups.every(({ kind, models }) => kind === 'demo' || models.length === 0)
  return listed ? !listed.otherTask : canChat(last)
}

function chatModels(groups: ModelGroup[]): ModelGroup['models'] {
  return groups.flatMap(({ models }) => models).filter(({ otherTask }) => !otherTask)
}
