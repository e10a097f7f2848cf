import { defineConfig } from '@playwright/test'
import { browserFlags, findBrowser } from './tests/browser.mjs'

export default defineConfig({
  testDir: 'tests/e2e',
  globalSetup: './tests/e2e/global-setup.ts',
  // No second chances: a test that fails now and then has found something.
  retries: 0,
  // The tests measure time, on machines that may have two cores for the browser, Rill and the upstream.
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: { executablePath: findBrowser() ?? undefined, args: browserFlags },
  },
})
