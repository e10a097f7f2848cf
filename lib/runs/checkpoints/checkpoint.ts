import 'server-only'
import type { EndedGeneration } from '@/lib/database/generations/checkpoints'
import type { GenerationEvent, StartData } from '@/lib/protocol/events'

/** Why a generation is no longer this instance's to write: deleted with its conversation, or ended by another instance. */
export type Loss = 'deleted' | 'ended elsewhere'

/** What is still to be saved of one generation. Its run appends, the checkpoint writer saves and forgets. */
export class Checkpoint {
  /** The `seq` of the last event. */
  seq = 0
  /** Set once the run has ended. */
  end: EndedGeneration | null = null
  #unsaved: GenerationEvent[] = []

  /** `onLoss` is called when the writer finds out; it may be called again. */
  constructor(
    readonly start: StartData,
    readonly onLoss: (loss: Loss) => void,
  ) {}

  get generationId(): string {
    return this.start.generationId
  }

  append(events: GenerationEvent[]): void {
    this.#unsaved.push(...events)
    this.seq += events.length
  }

  /** The unsaved events, which stay here until they are forgotten; `firstSeq` is the first one's. */
  get unsaved(): { firstSeq: number; events: GenerationEvent[] } {
    return { firstSeq: this.seq - this.#unsaved.length + 1, events: [...this.#unsaved] }
  }

  get unsavedCount(): number {
    return this.#unsaved.length
  }

  /** Forgets the oldest unsaved events: they are saved, or no longer this instance's to save. */
  forget(count: number): void {
    this.#unsaved.splice(0, count)
  }
}
