import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import { machineDelay } from '../../delay'
import { type RillOptions, type RillServer, startRill } from '../../rill-server'

const running: RillServer[] = []

/** The warning about a Node version without security fixes. */
const nodeWarning =
  Number(process.versions.node.split('.')[0]) < 22
    ? `Node ${process.versions.node} has reached its end of life and no longer gets security fixes. Use Node 22 or 24.\n`
    : ''

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()))
})

it('prints its address, its models and where conversations are saved', async () => {
  const rill = await start()
  expect(rill.logs()).toBe(
    `Rill is at ${rill.url} — using the demo model (no API key set)\nConversations are saved in ${rill.dataDir}\n${nodeWarning}`,
  )
})

it('prints the server whose models it uses, and not the key', async () => {
  const rill = await start({ env: { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', OPENAI_API_KEY: 'sk-not-to-be-seen' } })
  expect(rill.logs()).toContain('— using models from 127.0.0.1:9\n')
  expect(rill.logs()).not.toContain('sk-not-to-be-seen')
})

it('removes quotes around the address of the provider', async () => {
  const rill = await start({ env: { OPENAI_BASE_URL: ' "http://127.0.0.1:9/v1" ' } })
  expect(rill.logs()).toContain('— using models from 127.0.0.1:9\n')
})

it('listens beyond loopback with RILL_OPEN', async () => {
  const rill = await start({ env: { HOST: '0.0.0.0', RILL_OPEN: '1' } })
  expect(rill.logs()).toContain('(and at every other address of this machine)')
})

it('replies to a prompt from any working directory', async () => {
  const rill = await start({ cwd: tmpdir() })
  const answer = await fetch(`${rill.url}/api/chat`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ turnId: 'elsewhere', text: 'hello', stream: false }),
  })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ status: 'completed' })
})

it.each([
  ['an invalid port', { PORT: 'often' }, 'PORT is "often"'],
  ['an address beyond loopback without a password', { HOST: '0.0.0.0' }, 'Set RILL_PASSWORD'],
  ['an address of another machine', { HOST: '192.0.2.1', RILL_OPEN: '1' }, 'isn’t an address of this machine'],
  ['an invalid address of the provider', { OPENAI_BASE_URL: 'ollama' }, 'OPENAI_BASE_URL: must be an address'],
  ['an impossible data folder', { DATA_DIR: '/dev/null/rill' }, 'DATA_DIR'],
])('refuses %s in one line', async (_, env, words) => {
  const printed = await refusal({ env })
  expect(printed).toContain(words)
  expect(printed.split('\n')).toHaveLength(1)
})

it('refuses a port that is in use, and suggests another', async () => {
  const rill = await start()
  const printed = await refusal({ port: rill.port })
  expect(printed).toBe(
    `Port ${rill.port} is in use. Stop whatever is using it, or choose another: PORT=${rill.port + 1} npm start`,
  )
})

it('refuses a data folder that another Rill has locked', async () => {
  const rill = await start()
  const printed = await refusal({ dataDir: rill.dataDir })
  expect(printed).toContain('Another Rill is running on the data folder')
  expect(printed.split('\n')).toHaveLength(1)
})

it.each(['SIGINT', 'SIGTERM'] as const)(
  'without a drain, ends at once on %s, and ends the streams of interrupted replies',
  async (signal) => {
    const rill = await start()
    const answer = await fetch(`${rill.url}/api/chat`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ turnId: signal, text: 'Write an answer of 2000 words.' }),
    })
    const whole = answer.text()
    const delay = machineDelay()
    const asked = Date.now()
    expect(await rill.kill(signal)).toBe(0)
    expect(Date.now() - asked).toBeLessThan(1_000 + delay.stop())
    expect(await whole).toContain('"status":"interrupted"')
  },
)

it('ends with npm, which doesn’t pass signals on', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rill-data-'))
  const npm = spawn('npm', ['start'], { env: { ...process.env, PORT: '0', DATA_DIR: dataDir } })
  const url = await new Promise<string>((resolve) => {
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      const address = /Rill is at (\S+)/.exec(text)?.[1]
      if (address) resolve(address)
    })
  })
  npm.kill('SIGTERM')
  const state = async () => {
    try {
      return (await fetch(`${url}/api/health`)).status
    } catch (error) {
      return error instanceof TypeError ? 'ended' : error
    }
  }
  await expect.poll(state, { timeout: 5_000 }).toBe('ended')
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
})

it('has Node keep as much short-lived data as the image does', async () => {
  // Ends the server as it starts, with what Node was given.
  const preload = `if (process.argv[1]?.endsWith('start.mjs')) { console.log(process.execArgv.join()); process.exit() }`
  const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}` }
  const { stdout } = await promisify(execFile)('npm', ['start', '--silent'], { env })
  expect(stdout.trim()).toBe('--max-semi-space-size=64')
  expect(readFileSync('Dockerfile', 'utf8')).toContain(`ENV NODE_OPTIONS=${stdout}`)
})

async function start(options: RillOptions = {}): Promise<RillServer> {
  const server = await startRill(options)
  running.push(server)
  return server
}

/** The output of a failed start. */
async function refusal(options: RillOptions): Promise<string> {
  const error: unknown = await start(options).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof Error)) throw new Error('It started.')
  return error.message.replace('Rill did not start.\n', '').trim()
}
