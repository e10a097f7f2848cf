import { defineConfig } from '@playwright/test'
import { browserFlags, findBrowser } from './tests/browser.mjs'
import { aloneFiles, full, fullFiles } from './tests/selection.mjs'

export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/e2e/global-setup.ts',
  // No second chances: a test that fails now and then has found something.
  retries: 0,
  forbidOnly: true,
  // For a machine that is busy: what is waited for has its own limit.
  timeout: 120_000,
  expect: { timeout: 10_000 },
  // `tests/run.mjs` runs the projects one after the other.
  projects: [
    { name: 'e2e', testIgnore: [aloneFiles, fullFiles] },
    { name: 'e2e-alone', testMatch: full ? [aloneFiles, fullFiles] : aloneFiles, workers: 1 },
  ],
  // Each has a browser and a Rill.
  workers: 2,
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: { executablePath: findBrowser() ?? undefined, args: browserFlags },
  },
})
