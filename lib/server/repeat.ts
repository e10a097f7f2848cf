import 'server-only'
import { log } from '@/lib/log'

/**
 * Repeats a task for as long as the process lives, each time so long after the last one was over. A task that fails is
 * logged, and one that takes longer than its limit is no longer waited for: neither ends the repetition.
 */
export function every(ms: number, limitMs: number, what: string, task: () => Promise<void>): void {
  const round = async () => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not over after ${limitMs} ms`)), limitMs).unref()
    })
    try {
      await Promise.race([task(), late])
    } catch (error) {
      log().error({ error }, `${what} failed`)
    } finally {
      clearTimeout(timer)
      setTimeout(round, ms).unref()
    }
  }
  setTimeout(round, ms).unref()
}
