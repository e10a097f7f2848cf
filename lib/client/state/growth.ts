import type { GenerationEvent } from '@/lib/protocol/events'
import { isWritten, type Part } from '@/lib/protocol/messages'

/** The text that one commit appended to a part, and the length before it. */
export interface Growth {
  from: number
  text: string
}

const growths = new WeakMap<Part, Growth>()

/** What was appended to a part, so that a renderer of the text before it needn't read it all again. */
export function growthOf(part: Part): Growth | undefined {
  return growths.get(part)
}

/** Records what events appended to the last part, if they changed nothing else. */
export function noteGrowth(before: Part[], after: Part[], events: GenerationEvent[]): void {
  const [old, grown] = [before.at(-1), after.at(-1)]
  if (!old || !grown || old === grown || before.length !== after.length) return
  if (!isWritten(old) || old.type !== grown.type) return
  if (events.some(({ type }) => type === 'start' || type === 'reclassify')) return
  const text = events.map((event) => (event.type === 'delta' || event.type === 'reasoning' ? event.data.text : ''))
  growths.set(grown, { from: old.text.length, text: text.join('') })
}
