// Which Chromium the end-to-end tests drive, and where to get one from.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'
import { Refusal, root, say } from '../lib/install.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** What keeps a browser quiet, and lets it run as root and where there is no graphics card. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The path of a Chromium that starts: `CHROMIUM`, one on the PATH, or the one Playwright has downloaded; null when there is none. */
export function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const folders = (process.env.PATH ?? '').split(delimiter)
  const installed = names.flatMap((name) => folders.map((folder) => join(folder, name)))
  const candidates = [...installed, chromium.executablePath()].filter((path) => path && existsSync(path))
  return candidates.find((path) => spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0) ?? null
}

/**
 * The same, and installs one where there is none: Playwright's, or else Debian's package, which takes root.
 * @throws {Refusal} when neither can be had; with what the installers said.
 */
export function ensureBrowser() {
  const failures = []
  for (const install of [installPlaywrights, installDebians]) {
    const found = findBrowser()
    if (found) return found
    const failure = install()
    if (failure) failures.push(failure)
  }
  const found = findBrowser()
  if (found) return found
  const sentence = 'There is no Chromium for the end-to-end tests. Install one, or set CHROMIUM to the path of one.'
  throw new Refusal([...failures, sentence].join('\n'))
}

function installPlaywrights() {
  say("There is no browser: downloading Playwright's Chromium.")
  return failureOf(process.execPath, join(root, 'node_modules/@playwright/test/cli.js'), 'install', 'chromium')
}

function installDebians() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null
  say("That did not work: installing Debian's package chromium.")
  return (
    failureOf('apt-get', 'update') ?? failureOf('apt-get', '-o', 'DPkg::Lock::Timeout=900', 'install', '-y', 'chromium')
  )
}

function failureOf(command, ...parameters) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const done = spawnSync(command, parameters, { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 })
  return done.status === 0 ? null : `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`
}
