import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Rendered at build time, since an installation may not have `docs/`. */
export const dynamic = 'force-static'
export const dynamicParams = false

const folder = () => join(/*turbopackIgnore: true*/ process.cwd(), 'docs')
const published = ['budgets', 'deploy', 'prices', 'providers', 'reliability']

/** Without `docs/`, Rill is built without these pages. */
export async function generateStaticParams(): Promise<{ name: string }[]> {
  const found = await readdir(folder()).catch((): string[] => [])
  return published.filter((name) => found.includes(`${name}.md`)).map((name) => ({ name }))
}

/** A page of the documentation, as plain text. */
export async function GET(_request: Request, { params }: { params: Promise<{ name: string }> }): Promise<Response> {
  const { name } = await params
  const text = await readFile(join(folder(), `${name}.md`), 'utf8')
  return new Response(text, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
}
