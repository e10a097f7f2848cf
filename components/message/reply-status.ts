import { finishKindOf } from '@/lib/protocol/finish-reasons'
import { type GenerationSummary, type Message, problemIn, textOf } from '@/lib/protocol/messages'

/** An unknown finish reason is cut to this many characters; the details show all of it. */
const MAX_REASON_LENGTH = 40

/** How a reply ended, for the line below it; empty for a usual end, and for one that a problem explains. */
export function endingLabel({ generation, parts }: Pick<Message, 'generation' | 'parts'>): string {
  if (generation?.status === 'stopped') {
    // Stopped during the wait before a retry.
    const retryCause = problemIn(parts)?.message
    return retryCause ? `Stopped. ${retryCause}` : 'Stopped'
  }
  if (generation?.status !== 'completed') return ''
  switch (finishKindOf(generation.finishReason)) {
    case 'length':
      return 'Stopped at the length limit'
    case 'filter':
      return 'Stopped by the provider’s content filter'
    case 'other':
      return `Ended with “${generation.finishReason?.slice(0, MAX_REASON_LENGTH)}”`
    default:
      return textOf(parts).trim() === '' ? 'Empty reply' : ''
  }
}

export function statusLabel(status: GenerationSummary['status']): string {
  return {
    running: 'Generating',
    completed: 'Complete',
    stopped: 'Stopped',
    interrupted: 'Interrupted',
    failed: 'Failed',
  }[status]
}

/** Whether a model can continue the text of a reply. */
export function canContinue({ status, finishReason }: GenerationSummary): boolean {
  return (
    status === 'interrupted' ||
    status === 'stopped' ||
    (status === 'completed' && finishKindOf(finishReason) === 'length')
  )
}
