import 'server-only'
import { config } from '@/lib/config'
import { storedBytes } from '@/lib/database/storage'
import { processSingleton } from '@/lib/process'
import { Refused } from '@/lib/refused'

/** How long a sum is cached. Little can be written meanwhile. */
const CACHED_MS = 60_000
/** The same for people over the limit, who may have deleted something. */
const OVER_CACHED_MS = 2_000
const PEOPLE_KEPT = 10_000

/** Checks the storage limit of a person. @throws {Refused} 507 when their conversations are at the limit. */
export async function checkStorage(ownerId: string): Promise<void> {
  const most = config().storagePerPerson
  if (most === 0) return
  const known = processSingleton('stored bytes', () => new Map<string, { bytes: number; until: number }>())
  let sum = known.get(ownerId)
  if (!sum || sum.until < performance.now()) {
    const bytes = await storedBytes(ownerId)
    sum = { bytes, until: performance.now() + (bytes < most ? CACHED_MS : OVER_CACHED_MS) }
    if (known.size >= PEOPLE_KEPT) known.clear()
    known.set(ownerId, sum)
  }
  if (sum.bytes < most) return
  throw new Refused(507, {
    kind: 'forbidden',
    message: `Your conversations take up ${sizeOf(sum.bytes)}, and the limit is ${sizeOf(most)}. Delete some you no longer need. Their space is freed after a day, once they can’t be restored.`,
  })
}

function sizeOf(bytes: number): string {
  const [unit, size] =
    bytes < 1_000_000 ? ['kB', 1_000] : bytes < 1_000_000_000 ? ['MB', 1_000_000] : ['GB', 1_000_000_000]
  return `${Number((bytes / Number(size)).toPrecision(3))} ${unit}`
}
