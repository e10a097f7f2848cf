import type { GenerationEvent } from '@/lib/protocol/events'
import { isWritten, type Part } from '@/lib/protocol/messages'

/** What one commit has added to a part's text: from which length on, and what. */
export interface Growth {
  from: number
  text: string
}

const growths = new WeakMap<Part, Growth>()

/** What was added to a part that grew. Who has shown the text up to there need not read all of it again. */
export function growthOf(part: Part): Growth | undefined {
  return growths.get(part)
}

/** Notes what some events have added to the last part, if that is all that they have done to the parts. */
export function noteGrowth(before: Part[], after: Part[], events: GenerationEvent[]): void {
  const [old, grown] = [before.at(-1), after.at(-1)]
  if (!old || !grown || old === grown || before.length !== after.length) return
  if (!isWritten(old) || old.type !== grown.type) return
  if (events.some(({ type }) => type === 'start' || type === 'reclassify')) return
  const text = events.map((event) => (event.type === 'delta' || event.type === 'reasoning' ? event.data.text : ''))
  growths.set(grown, { from: old.text.length, text: text.join('') })
}
