import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The path of a server program that tests need: one that is installed, or else Debian's package, which takes root.
 * @throws {Error} when neither can be had, with what to install.
 */
export function programOf(name: string, debianPackage: string): string {
  const found = find(name)
  if (found) return found
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) install(debianPackage)
  const installed = find(name)
  if (installed) return installed
  throw new Error(`The tests need ${name}. Install it: on Debian, apt-get install ${debianPackage}`)
}

function find(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find(existsSync)
}

function install(debianPackage: string): void {
  const options = { stdio: 'pipe', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
  const parameters = ['-o', 'DPkg::Lock::Timeout=900', 'install', '-y', '--no-install-recommends', debianPackage]
  try {
    execFileSync('apt-get', parameters, options)
  } catch {
    // The lists may be missing, or older than the mirror.
    execFileSync('apt-get', ['update'], options)
    execFileSync('apt-get', parameters, options)
  }
}
