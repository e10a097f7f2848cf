// What the container image runs: serves the standalone build around it. Nothing is installed or built here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'
import { inWords, serve, settings } from './serve.mjs'

await inWords(async () => {
  // Next reads the settings it was built with from here, as in the server.js that it writes for a standalone build.
  const { config } = JSON.parse(readFileSync(join(root, '.next/required-server-files.json'), 'utf8'))
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config)
  await serve(settings())
})
