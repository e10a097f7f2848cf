'use client'
import Link from 'next/link'
import { useMode } from '@/components/page/mode'
import { useConversations } from '@/lib/client/state/context'
import type { Problem } from '@/lib/protocol/events'
import { groupServing } from '@/lib/protocol/references'

/** Where to fix a provider's key or URL: in Settings, or in the environment of the server. */
export function CheckProvider({ kind, model }: { kind: Problem['kind']; model: string }) {
  const group = useConversations((state) => groupServing(state.models?.groups ?? [], model))
  const mode = useMode()
  if (kind !== 'auth' && kind !== 'not_found') return null
  if (group?.kind === 'environment') {
    const name = kind === 'auth' ? 'OPENAI_API_KEY' : 'OPENAI_BASE_URL'
    return (
      <p className="text-ink-quiet">
        {mode === 'local' ? `Set by ${name} where Rill was started.` : 'Ask whoever runs this server to check it.'}
      </p>
    )
  }
  return (
    <Link
      href="/settings/providers"
      className="inline-flex h-8 touch:h-11 items-center rounded-small border border-line px-3 text-ink text-small transition-colors hover:bg-surface-raised"
    >
      Open Settings
    </Link>
  )
}
