'use client'
import { useMemo } from 'react'
import { ReplyText } from '@/components/markdown/reply-text'
import { growthOf } from '@/lib/client/state/growth'
import type { Part } from '@/lib/protocol/messages'
import { LANGUAGE_SAMPLE_LENGTH, languageOf } from './language'
import { Reasoning } from './reasoning/reasoning'

/** One part of a reply; `startedAt` and `unanswered` are for reasoning. */
export function ReplyPart({
  part,
  growing,
  startedAt,
  unanswered,
}: {
  part: Part
  growing: boolean
  startedAt: number | undefined
  unanswered: boolean
}) {
  switch (part.type) {
    case 'text':
      return <TextPart part={part} growing={growing} />
    case 'reasoning':
      return (
        <Reasoning
          text={part.text}
          growing={growing}
          startedAt={startedAt}
          durationMs={part.ms}
          unanswered={unanswered}
        />
      )
    // ProblemBlock shows it, below all parts.
    case 'error':
      return null
    case 'unknown':
      return <p className="py-1 text-note text-ink-quiet">Can’t show this part of the reply.</p>
    default:
      return part satisfies never
  }
}

function TextPart({ part, growing }: { part: Extract<Part, { type: 'text' }>; growing: boolean }) {
  const sample = part.text.slice(0, LANGUAGE_SAMPLE_LENGTH)
  const language = useMemo(() => languageOf(sample), [sample])
  return (
    <div data-message-text lang={language}>
      <ReplyText text={part.text} growth={growthOf(part)} growing={growing} />
    </div>
  )
}
