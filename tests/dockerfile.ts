import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, posix } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Who the user `node` is in Node's own images. */
const NODE_USER = { uid: 1000, gid: 1000 }

/** What a Dockerfile comes to when it is followed by hand, in folders of this machine. */
export interface BuiltImage {
  /** The folder that stands for `/`. */
  root: string
  workdir: string
  /** Of `ENV`, with paths of this machine. */
  env: Record<string, string>
  user: string
  ports: number[]
  volumes: string[]
  command: string[]
  healthcheck: string[]
  /** What a process of the container's user is to be spawned with. Only root can be somebody else. */
  identity: { uid?: number; gid?: number }
  remove(): Promise<void>
}

interface Instruction {
  word: string
  flags: Record<string, string>
  rest: string
}

type Stage = Omit<BuiltImage, 'remove'> & { name: string }

/**
 * Does what a Dockerfile says, instruction by instruction, with this machine's Node in place of the base image.
 * @throws {Error} for an instruction that it does not know, and for one that fails, with what was printed.
 */
export async function buildByHand(dockerfile: string, context: string): Promise<BuiltImage> {
  const folder = await mkdtemp(join(tmpdir(), 'rill-image-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    // Whoever the image's user is, it has to get there.
    await chmod(folder, 0o755)
    const stages: Stage[] = []
    for (const instruction of instructionsOf(await readFile(dockerfile, 'utf8'))) {
      if (instruction.word === 'FROM') stages.push(await beginStage(instruction, join(folder, String(stages.length))))
      else await follow(instruction, stages, context)
    }
    const last = stages.at(-1)
    if (!last) throw new Error('The Dockerfile has no FROM.')
    return { ...last, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.replace(/^\s*#.*\n/gm, '').replace(/\\\n/g, ' ')
  return lines.split('\n').flatMap((line) => {
    const [, word, flags = '', rest = ''] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line.trim()) ?? []
    if (!word) return []
    const pairs = flags.split(/\s+/).flatMap((flag) => {
      const [, name, value] = /^--([\w-]+)=(.*)$/.exec(flag) ?? []
      return name && value !== undefined ? [[name, value] as const] : []
    })
    return [{ word, flags: Object.fromEntries(pairs), rest: rest.trim() }]
  })
}

async function beginStage({ rest }: Instruction, root: string): Promise<Stage> {
  await mkdir(root)
  const name = /\sAS\s+(\S+)$/i.exec(rest)?.[1] ?? ''
  const nothing = { ports: [], volumes: [], command: [], healthcheck: [], env: {}, identity: {} }
  return { ...nothing, name, root, workdir: '/', user: 'root' }
}

async function follow({ word, flags, rest }: Instruction, stages: Stage[], context: string): Promise<void> {
  const stage = stages.at(-1)
  if (!stage) throw new Error(`${word} comes before FROM.`)
  const command = () => jsonWords(rest).map((each) => hereIn(stage, each))
  if (word === 'WORKDIR') {
    stage.workdir = posix.resolve(stage.workdir, rest)
    await mkdir(join(stage.root, stage.workdir), { recursive: true })
  } else if (word === 'ENV') {
    for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) stage.env[name] = hereIn(stage, value)
  } else if (word === 'COPY') {
    const from = flags.from === undefined ? null : stages.find(({ name }) => name === flags.from)
    if (from === undefined) throw new Error(`There is no stage ${flags.from}.`)
    await copy(
      stage,
      rest.split(/\s+/),
      from ? { root: from.root } : { root: context, taken: await takenFrom(context) },
    )
  } else if (word === 'RUN') {
    const place = { cwd: join(stage.root, stage.workdir), ...stage.identity, maxBuffer: 64 * 1024 * 1024 }
    const variables = { ...machine(), ...stage.env }
    await run(...withOnly(variables, ['/bin/sh', '-ec', hereIn(stage, rest)]), place)
  } else if (word === 'USER') {
    stage.user = rest
    stage.identity = process.getuid?.() === 0 && rest !== 'root' ? NODE_USER : {}
  } else if (word === 'HEALTHCHECK') {
    stage.healthcheck = jsonWords(rest.replace(/^CMD\s+/, '')).map((each) => hereIn(stage, each))
  } else if (word === 'CMD') stage.command = command()
  else if (word === 'EXPOSE') stage.ports.push(Number(rest))
  else if (word === 'VOLUME') stage.volumes.push(rest)
  else throw new Error(`The reader of Dockerfiles does not know ${word}.`)
}

/** The rules of COPY: of a folder, what is in it; a file by its name, into a folder that ends in a slash. */
async function copy(
  stage: Stage,
  words: string[],
  source: { root: string; taken?: (path: string) => boolean },
): Promise<void> {
  const target = words.at(-1) ?? ''
  const destination = join(stage.root, posix.resolve(stage.workdir, target))
  for (const word of words.slice(0, -1)) {
    const from = join(source.root, word)
    const isFolder = (await stat(from)).isDirectory()
    if (!isFolder && source.taken?.(word) === false) throw new Error(`.dockerignore leaves out ${word}.`)
    const to = isFolder || !target.endsWith('/') ? destination : join(destination, basename(from))
    const names = isFolder && source.taken ? (await readdir(from)).filter(source.taken) : null
    const parts = names ? names.map((name) => [join(from, name), join(to, name)] as const) : [[from, to] as const]
    for (const [part, place] of parts) await cp(part, place, { recursive: true, verbatimSymlinks: true })
  }
}

/** Whether a name at the top of the context is sent, by a `.dockerignore` that names all by `*` and then what it takes. */
async function takenFrom(context: string): Promise<(path: string) => boolean> {
  const lines = (await readFile(join(context, '.dockerignore'), 'utf8')).split('\n')
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const wrong = patterns.filter((pattern) => !/^(\*|![\w.-]+)$/.test(pattern))
  if (wrong.length > 0 || patterns[0] !== '*') throw new Error(`.dockerignore is more than a list: ${wrong.join(', ')}`)
  return (path) => patterns.includes(`!${path}`)
}

/** A text with its absolute paths under the stage's folder. */
function hereIn({ root }: Stage, text: string): string {
  return text.replace(/(^|[\s=])\/(?=\w)/g, `$1${root}/`)
}

function jsonWords(text: string): string[] {
  const words: unknown = JSON.parse(text)
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) throw new Error(`No list: ${text}`)
  return words
}

/** A command line that gives a program these variables and no others. */
export function withOnly(variables: Record<string, string>, command: string[]): [string, string[]] {
  return ['/usr/bin/env', ['-i', ...Object.entries(variables).map((pair) => pair.join('=')), ...command]]
}

/** What a build may know of this machine: where programs and packages are. */
export function machine(): Record<string, string> {
  const known = /^(PATH|HOME|npm_config_(registry|cache|userconfig)|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value && known.test(name) ? [[name, value]] : [])),
  )
}
