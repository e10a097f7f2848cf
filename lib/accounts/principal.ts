import 'server-only'

/** Who is asking: whose rows a request may touch, and by which mode it came in. Every handler is given one. */
export interface Principal {
  ownerId: string
  /** `local`: any browser on this machine. `password`: whoever has the password. `visitor`: one browser of an open Rill. */
  kind: 'local' | 'password' | 'visitor'
}
