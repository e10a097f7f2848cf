// `npm run build:image`: makes the folder .next/image, which holds what the container runs and nothing else.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

/** Next's own server, which lib/image.mjs replaces; the resizing of images, which nothing uses; binaries for musl. */
const UNUSED = /^(server\.js|node_modules\/(sharp|@img)|node_modules\/@libsql\/.*-musl)$/

/** Paths of the root that Next doesn't trace. */
const ADDED = [
  '.next/static',
  'public',
  ...['image', 'serve', 'http-defaults', 'install', 'streaming-routes'].map((name) => `lib/${name}.mjs`),
]

const next = join(root, 'node_modules/next/dist/bin/next')
const env = { ...process.env, RILL_STANDALONE: '1' }
const build = spawnSync(process.execPath, [next, 'build'], { cwd: root, env, stdio: 'inherit' })
if (build.status !== 0) process.exit(1)

const standalone = join(root, '.next/standalone')
const image = join(root, '.next/image')
rmSync(image, { recursive: true, force: true })
cpSync(standalone, image, {
  recursive: true,
  verbatimSymlinks: true,
  filter: (path) => !UNUSED.test(path.slice(standalone.length + 1)),
})
mkdirSync(join(image, 'lib'), { recursive: true })
for (const path of ADDED) cpSync(join(root, path), join(image, path), { recursive: true })
