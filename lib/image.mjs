// The command of the container image: serves the standalone build that it is part of.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'
import { loadListenAddress, runCommand, serve } from './serve.mjs'

await runCommand(async () => {
  // As in the server.js that Next writes for a standalone build: Next takes the settings of the build from here.
  const { config } = JSON.parse(readFileSync(join(root, '.next/required-server-files.json'), 'utf8'))
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config)
  await serve(loadListenAddress())
})
