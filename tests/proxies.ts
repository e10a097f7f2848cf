import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { programOf } from './debian'
import { freePort } from './ports'

/** A reverse proxy in front of Rill, as docs/deploy.md sets it up. */
export interface ReverseProxy {
  url: string
  stop(): Promise<void>
}

const docs = fileURLToPath(new URL('../docs/deploy/', import.meta.url))

/** nginx with the configuration of the docs, in front of these ports of loopback. `change` edits it. */
export async function startNginx(targets: number[], change = (site: string) => site): Promise<ReverseProxy> {
  const port = await freePort()
  const servers = targets.map((target) => `server 127.0.0.1:${target};`).join('\n    ')
  const site = change(readFileSync(join(docs, 'nginx.conf'), 'utf8'))
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('server 127.0.0.1:3000;', servers)
  return await serveSite(site, port, await nginxFolder())
}

/** nginx with a certificate of its own, in front of another proxy, as one that has the certificate stands. */
export async function startTls(target: ReverseProxy): Promise<ReverseProxy> {
  const port = await freePort()
  const folder = await nginxFolder()
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const pair = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
  ]
  execFileSync(programOf('openssl', 'openssl'), ['req', '-x509', '-days', '1', ...pair, ...name], { stdio: 'ignore' })
  const site = `server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    location / {
      proxy_pass ${target.url};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_buffering off;
    }
  }`
  const proxy = await serveSite(site, port, folder)
  return { ...proxy, url: `https://127.0.0.1:${port}` }
}

async function nginxFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'rill-nginx-'))
}

async function serveSite(site: string, port: number, folder: string): Promise<ReverseProxy> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = temporary.map((each) => `${each}_temp_path ${folder}/${each};`).join('\n')
  await writeFile(
    join(folder, 'nginx.conf'),
    `pid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${paths}\n${site}\n}\n`,
  )
  const program = programOf('nginx', 'nginx-light')
  return await serve(program, ['-c', join(folder, 'nginx.conf'), '-p', folder, '-g', 'daemon off;'], port, folder)
}

/** Caddy with the configuration of the docs, in front of a port of loopback. */
export async function startCaddy(target: number): Promise<ReverseProxy> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'rill-caddy-'))
  const site = readFileSync(join(docs, 'Caddyfile'), 'utf8')
    .replace('rill.example.org {', `http://127.0.0.1:${port} {`)
    .replace('127.0.0.1:3000', `127.0.0.1:${target}`)
  const config = join(folder, 'Caddyfile')
  await mkdir(join(folder, 'home'))
  await writeFile(config, `{\n\tadmin off\n}\n${site}`)
  return await serve(programOf('caddy', 'caddy'), ['run', '--config', config, '--adapter', 'caddyfile'], port, folder)
}

async function serve(program: string, parameters: string[], port: number, folder: string): Promise<ReverseProxy> {
  const env = { ...process.env, HOME: join(folder, 'home') }
  const server = spawn(program, parameters, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  server.stderr.on('data', (text) => {
    words += text
  })
  const end = () => server.kill('SIGKILL')
  process.once('exit', end)
  while (!(await listens(port))) {
    if (server.exitCode !== null) throw new Error(`${program} did not start.\n${words}`)
    await wait(20)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      process.off('exit', end)
      await ended(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return
  server.kill('SIGTERM')
  await once(server, 'exit')
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
