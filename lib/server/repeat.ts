import 'server-only'
import { log } from '@/lib/log'

/**
 * Repeats a task while the process lives, `ms` after each run has settled. Neither a task that fails, nor one that takes
 * longer than `limitMs`, ends the repetition: both are logged.
 */
export function repeat(ms: number, limitMs: number, name: string, task: () => Promise<void>): void {
  const round = async () => {
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not over after ${limitMs} ms`)), limitMs).unref()
    })
    try {
      await Promise.race([task(), timeout])
    } catch (error) {
      log().error({ error }, `${name} failed`)
    } finally {
      clearTimeout(timer)
      setTimeout(round, ms).unref()
    }
  }
  setTimeout(round, ms).unref()
}
