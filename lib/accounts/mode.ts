import 'server-only'
import { type Config, config } from '@/lib/config'
import { isLoopback } from '@/lib/networks'
import type { Mode } from '@/lib/protocol/mode'

/** The mode of this process. */
export function mode(): Mode {
  return modeOf(config())
}

/** The mode for a configuration. */
export function modeOf({
  password,
  open,
  public: forStrangers,
  hosts,
  host,
}: Pick<Config, 'password' | 'open' | 'public' | 'hosts' | 'host'>): Mode {
  if (password !== null) return 'password'
  // Each of these means that others can reach this server, so they must not share a history.
  return open || forStrangers || hosts.length > 0 || !isLoopback(host) ? 'open' : 'local'
}
