// `npm start`: installs and builds what isn't current, and serves Rill in this process.
import { ensureBuilt, ensureInstalled } from './install.mjs'
import { loadListenAddress, requireFree, requireNode, runCommand, serve } from './serve.mjs'

await runCommand(async () => {
  requireNode(20, 9)
  ensureInstalled()
  const address = loadListenAddress()
  await requireFree(address)
  ensureBuilt()
  await serve(address)
})
