import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Method, methods } from '../client'

const api = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'app', 'api')

export interface Route {
  method: Method
  /** With its parameters in brackets, as the folders are named: `/api/conversations/[id]`. */
  path: string
  /** What a call is counted as, as far as the source says. */
  limit: string
}

/** Every method of every route that the app folder has, so that a new one is tested or fails the tests. */
export function routes(): Route[] {
  const files = readdirSync(api, { recursive: true, encoding: 'utf8' })
  return files
    .filter((name) => /^route\.\w+$/.test(basename(name)))
    .sort()
    .flatMap((name) => {
      const path = `/api/${dirname(name).split(sep).join('/')}`
      const source = readFileSync(join(api, name), 'utf8')
      const found = exportsOf(source).filter((each) => /^[A-Z]+$/.test(each))
      if (found.length === 0) throw new Error(`The tests find no method in ${name}: teach them how it exports them.`)
      return found.map((method) => ({ method: known(method), path, limit: limitOf(source, method) }))
    })
}

/** A route's address, with this in place of its parameter. */
export function addressOf(route: Route, parameter: string): string {
  return route.path.replace(/\[.*\]/, () => parameter)
}

/** The names in `export const GET`, `export function GET` and `export { any as GET }`. */
function exportsOf(source: string): string[] {
  const exported = source.matchAll(/^export (?:const|(?:async )?function) (\w+)|^export \{([^}]*)\}/gm)
  return [...exported].flatMap(([, name, list = '']) =>
    name === undefined ? list.split(',').map((each) => each.trim().replace(/^.*\sas\s+/, '')) : [name],
  )
}

/** The limit of a handler: the one it names, else that of its method; none for a function that is no endpoint. */
function limitOf(source: string, method: string): string {
  const from = source.search(new RegExp(`^export (const|(async )?function) ${method}\\b`, 'm'))
  const [own = ''] = from < 0 ? [source] : source.slice(from).split(/\n(?=export )/)
  if (/startingEndpoint\b/.test(own)) return 'start'
  if (!/\b(?:endpoint|openEndpoint)\b/.test(own)) return 'none'
  return /limit: '(\w+)'/.exec(own)?.[1] ?? (method === 'GET' ? 'read' : 'write')
}

function known(method: string): Method {
  const found = methods.find((each) => each === method)
  if (found === undefined) throw new Error(`The tests know nothing of ${method}: add it to the client.`)
  return found
}
