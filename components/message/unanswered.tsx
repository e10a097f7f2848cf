'use client'
import type { PromptStatus } from '@/lib/protocol/unanswered'

/** Says whether the model is sent a prompt that wasn't answered. */
export function Unanswered({ promptStatus }: { promptStatus: PromptStatus | null }) {
  const label = labelOf(promptStatus)
  return label ? <p className="py-1 text-note text-ink-quiet">{label}</p> : null
}

function labelOf(promptStatus: PromptStatus | null): string {
  switch (promptStatus) {
    case 'left out':
      return 'Not answered. Not sent to the model.'
    case 'joined':
      return 'Not answered. Sent with your next message.'
    case 'waiting':
      return 'Not answered. It will be sent with your next message.'
    default:
      return ''
  }
}
