import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { aloneFiles, full, fullFiles } from './tests/selection.mjs'

const root = fileURLToPath(new URL('.', import.meta.url))

/** What every project shares: the `@/` alias, and `server-only` as the empty module that it is on a server. */
const shared = {
  resolve: { alias: { '@': root.replace(/[\\/]$/, ''), 'server-only': `${root}node_modules/server-only/empty.js` } },
}

/** Two at a time, also where Vitest would leave one of two cores for the rest of the machine. */
const workers = { maxWorkers: 2 }

const integration = {
  environment: 'node' as const,
  globalSetup: 'tests/integration/global-setup.ts',
  // For a machine that is busy: what is waited for comes, and what is held to a clock says so itself.
  expect: { poll: { timeout: 10_000 } },
  testTimeout: 60_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      {
        ...shared,
        test: {
          ...workers,
          name: 'unit',
          environment: 'node',
          include: ['tests/unit/**/*.test.{ts,tsx}'],
          exclude: ['tests/unit/**/*.dom.test.{ts,tsx}'],
          // For a machine that is busy with other things; none of them waits on purpose.
          testTimeout: 20_000,
        },
      },
      {
        ...shared,
        test: {
          ...workers,
          name: 'dom',
          environment: 'jsdom',
          include: ['tests/unit/**/*.dom.test.{ts,tsx}'],
          setupFiles: 'tests/unit/dom-setup.ts',
          testTimeout: 20_000,
        },
      },
      {
        ...shared,
        test: {
          ...workers,
          ...integration,
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          exclude: [aloneFiles, fullFiles],
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...shared,
        test: {
          ...integration,
          name: 'integration-alone',
          include: [`tests/integration/${aloneFiles}`, ...(full ? [`tests/integration/${fullFiles}`] : [])],
          // Each is held to clocks or memory that need a core to themselves.
          maxWorkers: 1,
          maxConcurrency: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
