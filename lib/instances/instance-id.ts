import 'server-only'
import { v7 as uuidv7 } from 'uuid'
import { processSingleton } from '@/lib/process'

/** The id of this process in the database: its generations, its heartbeat and its channel for commands carry it. */
export function instanceId(): string {
  return processSingleton('instance id', () => ({ id: uuidv7() })).id
}
