import { ensureBuilt } from '../../lib/install.mjs'

/** A build that fails should fail once, not with each test that wants a server. */
export default function setUp(): void {
  ensureBuilt()
}
