'use client'
import { useCallback, useState } from 'react'

/**
 * A component whose code is fetched when it is first wanted, so that it costs the first page nothing.
 * `load` may be called often; a fetch that failed is tried again by the next call.
 */
export function useLazy<Component>(fetchIt: () => Promise<Component>): {
  component: Component | null
  load: () => Promise<void>
} {
  const [held, setHeld] = useState<{ component: Component } | null>(null)
  const load = useCallback(async () => {
    const component = await fetchIt()
    setHeld({ component })
  }, [fetchIt])
  return { component: held?.component ?? null, load }
}
