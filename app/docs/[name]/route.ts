import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Made when Rill is built: whoever runs it may have `docs/` nowhere. */
export const dynamic = 'force-static'
export const dynamicParams = false

const folder = () => join(/*turbopackIgnore: true*/ process.cwd(), 'docs')
const shown = ['budgets', 'deploy', 'prices', 'providers', 'reliability']

/** A copy of Rill without its documentation is built without these pages. */
export async function generateStaticParams(): Promise<{ name: string }[]> {
  const found = await readdir(folder()).catch((): string[] => [])
  return shown.filter((name) => found.includes(`${name}.md`)).map((name) => ({ name }))
}

/** A page of Rill's documentation, as plain text. */
export async function GET(_request: Request, { params }: { params: Promise<{ name: string }> }): Promise<Response> {
  const { name } = await params
  const text = await readFile(join(folder(), `${name}.md`), 'utf8')
  return new Response(text, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}
