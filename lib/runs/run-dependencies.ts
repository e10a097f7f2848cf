import 'server-only'
import type { Metered } from '@/lib/billing/meter'
import type { Reservation } from '@/lib/billing/reservation'
import type { EventLog } from '@/lib/event-log/event-log'
import type { StartData } from '@/lib/protocol/events'
import type { Part } from '@/lib/protocol/messages'
import type { CompletionRequest, Connection } from '@/lib/upstream/connection'
import type { Checkpoints } from './checkpoints/checkpoints'
import type { FlushScheduler } from './flush-scheduler'

/** What a run begins with. */
export interface RunStart {
  start: StartData
  /** What the message holds already. */
  before: Part[]
  connection: Connection
  request: CompletionRequest
  metered: Metered
  reservation: Reservation
}

/** What runs share. */
export interface RunDependencies {
  log: EventLog
  flushScheduler: FlushScheduler
  checkpoints: Checkpoints
  /** Whether a conversation has been deleted, on any instance. */
  isDeleted(conversationId: string): Promise<boolean>
}
