import type { TestProject } from 'vitest/node'
import { startPostgres } from '../postgres'

declare module 'vitest' {
  interface ProvidedContext {
    /** A Postgres server for the whole run: `inject('postgresUrl')`. Make a database of your own on it. */
    postgresUrl: string
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres()
  project.provide('postgresUrl', postgres.url)
  return postgres.stop
}
