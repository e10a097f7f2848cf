// `npm start`: checks the settings, installs and builds what is missing, and serves Rill in this process.
import { ensureBuilt, ensureInstalled } from './install.mjs'
import { inWords, requireFree, requireNode, serve, settings } from './serve.mjs'

await inWords(async () => {
  requireNode(20, 9)
  ensureInstalled()
  const address = settings()
  await requireFree(address)
  ensureBuilt()
  await serve(address)
})
