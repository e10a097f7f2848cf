import 'server-only'

const held = globalThis as typeof globalThis & { rill?: Map<string, unknown> }

/**
 * The one instance of something in this process. Next bundles a module once per route and evaluates it again on hot
 * reload, so a module variable is not one instance; `globalThis` is.
 */
export function processSingleton<T>(name: string, create: () => T): T {
  held.rill ??= new Map()
  if (!held.rill.has(name)) held.rill.set(name, create())
  return held.rill.get(name) as T
}
