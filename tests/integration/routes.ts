import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Method } from './client'

const api = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'app', 'api')

export interface Route {
  method: Method
  /** With its parameters in brackets, as the folders are named: `/api/conversations/[id]`. */
  path: string
}

/** Every method of every route that the app folder has, so that a new one is tested or fails the tests. */
export function routes(): Route[] {
  const files = readdirSync(api, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(^|[\\/])route\.tsx?$/.test(name),
  )
  return files.sort().flatMap((name) => {
    const path = `/api/${dirname(name).split(sep).join('/')}`
    const source = readFileSync(join(api, name), 'utf8')
    const methods = [...source.matchAll(/^export (?:const|async function|function) ([A-Z]+)\b/gm)]
    return methods.map(([, method]) => ({ method: known(method), path }))
  })
}

function known(method: string | undefined): Method {
  if (method === 'GET' || method === 'POST' || method === 'PATCH' || method === 'DELETE') return method
  throw new Error(`The tests know nothing of ${method}: add it to the client and to what walks the routes.`)
}
