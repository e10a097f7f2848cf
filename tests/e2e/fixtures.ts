import { type BrowserContext, test as base, expect } from '@playwright/test'
import { freePort } from '../ports'
import { type RillServer, startRill } from '../rill-server'
import { type ScriptedUpstream, startScriptedUpstream } from '../upstream/scripted'
import { Chat } from './chat'

/** The operator's key. It must never be seen in a browser. */
export const environmentKey = 'sk-environment-5f2c9a71'
const models = ['scripted', 'scripted-large', 'brook-mini']

/** What the browser complained about. Unless a test said that it would, the test fails on it. */
export interface Complaints {
  heard: string[]
  expect(pattern: RegExp): void
}

/** A Rill for all tests that need the same environment; each test is a browser of its own to it. */
interface House {
  rill: RillServer
  /** Where each test's upstream listens: Rill is told once, when it starts. */
  upstreamPort: number
}

interface WorkerFixtures {
  /** On top of what makes Rill speak to the scripted upstream. */
  environment: Record<string, string>
  house: House
}

interface TestFixtures {
  rill: RillServer
  upstream: ScriptedUpstream
  complaints: Complaints
  /** The page at `/`, awake. */
  chat: Chat
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  environment: [{}, { option: true, scope: 'worker' }],
  house: [
    async ({ environment }, use) => {
      const upstreamPort = await freePort()
      // Open, so that no test sees what another has written.
      const rill = await startRill({
        env: { ...upstreamEnvironment(upstreamPort), RILL_OPEN: '1', RILL_PRIVATE_PROVIDERS: '1', ...environment },
      })
      await use({ rill, upstreamPort })
      await rill.stop()
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  rill: ({ house }, use) => use(house.rill),
  baseURL: ({ house }, use) => use(house.rill.url),
  upstream: [
    async ({ house }, use) => {
      const upstream = await startScriptedUpstream({ port: house.upstreamPort })
      upstream.models = models
      await use(upstream)
      await upstream.stop()
    },
    { auto: true },
  ],
  complaints: [
    async ({ context }, use) => {
      const expected: RegExp[] = []
      const heard = listen(context)
      await use({ heard, expect: (pattern) => void expected.push(pattern) })
      expect(heard.filter((each) => !expected.some((pattern) => pattern.test(each)))).toEqual([])
    },
    { auto: true },
  ],
  chat: async ({ page }, use) => {
    const chat = new Chat(page)
    await chat.open('/')
    await use(chat)
  },
})

/** What makes a Rill speak to the scripted upstream at a port. */
export function upstreamEnvironment(port: number): Record<string, string> {
  return {
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_API_KEY: environmentKey,
    RILL_MODEL: 'scripted',
  }
}

/**
 * Collects errors on the console, among them breaches of the page's policy, errors that nobody caught, and requests that
 * leave this machine.
 */
function listen(context: BrowserContext): string[] {
  const heard: string[] = []
  context.on('console', (message) => {
    if (message.type() === 'error') heard.push(`${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (uncaught) => heard.push(`Uncaught: ${uncaught.error().stack ?? uncaught.error().message}`))
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    const here = ['data:', 'blob:'].includes(protocol) || hostname === '127.0.0.1'
    if (!here) heard.push(`A request left: ${request.url()}`)
  })
  return heard
}

export { expect }
