import 'server-only'

/** Who sent a request: whose rows it may touch, and how it was authenticated. */
export interface Principal {
  ownerId: string
  /** `local`: any browser on this machine. `password`: anyone with the password. `visitor`: one browser in open mode. */
  kind: 'local' | 'password' | 'visitor'
}
