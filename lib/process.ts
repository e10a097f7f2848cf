import 'server-only'

const shared = globalThis as typeof globalThis & { rill?: Map<string, unknown> }

/**
 * Returns this process's only instance of something, created on first use. A module variable wouldn't do: Next bundles a
 * module once per route, and evaluates it again on hot reload.
 */
export function processSingleton<T>(name: string, create: () => T): T {
  shared.rill ??= new Map()
  if (!shared.rill.has(name)) shared.rill.set(name, create())
  return shared.rill.get(name) as T
}
