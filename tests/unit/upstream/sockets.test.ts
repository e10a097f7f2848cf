import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { brotliCompressSync, deflateSync, gzipSync, constants as zlib } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listModels } from '@/lib/upstream/models'
import { delta, done, finish, whole } from '@/tests/upstream/events'
import { type ScriptedUpstream, type Step, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ask, connectionTo, problemOf } from './ask'

const answer = delta('Grüße, ') + delta('of it.') + finish('stop') + done
const text = 'Grüße, of it.'

/** The reply, compressed by `zstd -19`. */
const compressed =
  'KLUv/WQFATUFABJLIx6AbQ6dkcQocqXh2kDoxOe0sBdlGAxAndi9YBh0bg8AwByJYiynblsfmgbPBQCN0Wq9LLy9VuSqgSxq6fOnPXi8dVxXIYdvy22vfAYfu/L8I+AxnpY+W+AtlvRC8vCV553+CvjJHbmSf5fsBcnBXtpcqenKoSVHzv375KZoJS2hUpPsCMnDT/osgLHjDAYAHzOqYx7AvIwq5yAzajAEow8yRQYmuvwh'

/** A Zstandard frame of raw blocks, with a window of 128 kB. */
function zstdOf(input: string | Buffer): Buffer {
  const bytes = Buffer.from(input)
  const blocks: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3])]
  for (let at = 0; at < bytes.length; at += 100_000) {
    const block = bytes.subarray(at, at + 100_000)
    const header = Buffer.alloc(3)
    header.writeUIntLE((block.length << 3) + (at + 100_000 >= bytes.length ? 1 : 0), 0, 3)
    blocks.push(header, block)
  }
  return Buffer.concat(blocks)
}

describe('a body compressed unasked', () => {
  let upstream: ScriptedUpstream
  beforeAll(async () => {
    upstream = await startScriptedUpstream()
  })
  afterAll(() => upstream.stop())
  beforeEach(() => {
    upstream.requests.length = 0
  })

  const encoded = (encoding: string, status = 200): Step => ({
    status,
    headers: { 'content-type': 'text/event-stream', 'content-encoding': encoding },
  })
  const encodings: [string, (input: string | Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdOf],
  ]

  test.each(encodings)('with %s is read, however it is split', async (encoding, compress) => {
    const body = compress(answer)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: body.length }), { maxLength: 6 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), body.length]
        const pieces = edges.slice(1).map((edge, index): Step => ({ write: body.subarray(edges[index], edge) }))
        upstream.script([encoded(encoding), ...pieces, { end: true }])
        expect(await ask(upstream.baseUrl)).toMatchObject({ text, end: { finishReason: 'stop', problem: null } })
      }),
      { numRuns: 15 },
    )
  })

  test.each(encodings)('with %s is read as an error or a whole reply', async (encoding, compress) => {
    const error = JSON.stringify({ error: { message: 'No credit left', code: 'insufficient_quota' } })
    upstream.script([encoded(encoding, 402), { write: compress(error) }, { end: true }])
    expect(problemOf(await ask(upstream.baseUrl))).toMatchObject({ kind: 'quota', upstreamMessage: 'No credit left' })
    upstream.script([encoded(encoding), { write: compress(JSON.stringify(whole('All of it.'))) }, { end: true }])
    expect((await ask(upstream.baseUrl)).text).toBe('All of it.')
  })

  test.each(encodings)('with %s keeps the text before a broken connection', async (encoding, compress) => {
    const body = compress(delta('kept '.repeat(2000)) + answer)
    upstream.script([encoded(encoding), { write: body.subarray(0, body.length >> 1) }, { wait: 20 }, { cut: true }])
    expect(problemOf(await ask(upstream.baseUrl)).kind).toBe('network')
  })

  test('by the zstd program is read', async () => {
    const body = Buffer.from(compressed, 'base64')
    const pieces = [body.subarray(0, 7), body.subarray(7, 40), body.subarray(40)]
    upstream.script([encoded('zstd'), ...pieces.map((piece) => ({ write: piece })), { end: true }])
    expect(await ask(upstream.baseUrl)).toMatchObject({ text, end: { problem: null } })
  })

  test('is emitted as it arrives when the server flushes it', async () => {
    const gzip = await import('node:zlib').then(({ createGzip }) => createGzip({ flush: zlib.Z_SYNC_FLUSH }))
    const flushed = async (words: string) => {
      gzip.write(words)
      const pieces: Buffer[] = []
      await new Promise<void>((resolve) => gzip.flush(zlib.Z_SYNC_FLUSH, () => resolve()))
      for (let piece = gzip.read(); piece !== null; piece = gzip.read()) pieces.push(piece)
      return Buffer.concat(pieces)
    }
    const [first, rest] = [await flushed(delta('one ')), await flushed(delta('two') + finish('stop') + done)]
    upstream.script([encoded('gzip'), { write: first }, { until: 'seen' }, { write: rest }, { end: true }])
    const received = await ask(upstream.baseUrl, { onText: () => upstream.open('seen') })
    expect(received.texts).toEqual(['one ', 'two'])
  })

  test.each(['gzip', 'br', 'zstd', 'deflate', 'identity', 'unknown'])(
    'a body that is text, and is called %s, is read',
    async (encoding) => {
      upstream.script([encoded(encoding), { write: answer }, { end: true }])
      expect((await ask(upstream.baseUrl)).text).toBe(text)
    },
  )

  test.each(encodings)('that isn’t %s ends in a problem', async (encoding) => {
    upstream.script([encoded(encoding), { write: Buffer.alloc(5000, 0xfe) }, { end: true }])
    expect(problemOf(await ask(upstream.baseUrl)).message).toBeTruthy()
  })

  test.each(encodings.filter(([name]) => /^(?:gzip|br|zstd)$/.test(name)))(
    'a bomb by %s ends at 16 MB of answer',
    async (encoding, compress) => {
      const piece = delta('y'.repeat(1024 * 1024))
      const bomb = compress(piece.repeat(20))
      upstream.script([encoded(encoding), { write: bomb }, { until: 'never' }])
      const received = await ask(upstream.baseUrl)
      expect(problemOf(received).message).toContain('16 MB')
      expect((await (await upstream.request(0)).closed).ended).toBe(false)
    },
  )

  test('that is a bomb of empty lines ends too', async () => {
    upstream.script([
      encoded('gzip'),
      { write: gzipSync(Buffer.alloc(260 * 1024 * 1024, '\n'), { level: 1 }) },
      { until: 'never' },
    ])
    expect(problemOf(await ask(upstream.baseUrl)).kind).toBe('network')
  }, 20_000)

  test('with a large window is rejected', async () => {
    // Magic number, then a window descriptor of 2 GB.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, ...Buffer.alloc(40)])
    const before = process.memoryUsage().arrayBuffers
    upstream.script([encoded('zstd'), { write: frame }, { until: 'never' }])
    expect(problemOf(await ask(upstream.baseUrl)).kind).toBe('network')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000)
  })

  test('a list of models', async () => {
    const server = createServer((socket) => {
      const body = gzipSync(JSON.stringify({ data: [{ id: 'one' }] }))
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`)
        socket.end(body)
      })
    })
    const baseUrl = await listen(server)
    expect(await listModels(connectionTo(baseUrl), new AbortController().signal)).toMatchObject({
      models: [{ name: 'one' }],
    })
    server.close()
  })
})

describe('a pooled connection', () => {
  /** A server that does what `plan` says with each request, in order, and replies normally after that. */
  async function serverOf(plan: ('answer' | 'close' | 'reset' | 'half')[]) {
    const seen: { connection: number; did: string }[] = []
    const sockets = new Set<Socket>()
    let connections = 0
    const server = createServer((socket) => {
      const connection = ++connections
      sockets.add(socket)
      socket.on('error', () => undefined)
      let received = ''
      socket.on('data', (bytes) => {
        received += bytes
        if (!received.includes('\r\n\r\n') || !received.endsWith('}')) return
        received = ''
        const did = plan[seen.length] ?? 'answer'
        seen.push({ connection, did })
        if (did === 'close') socket.destroy()
        else if (did === 'reset') socket.resetAndDestroy()
        else {
          const chunk = `${Buffer.byteLength(answer).toString(16)}\r\n${answer}\r\n0\r\n\r\n`
          const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
          if (did === 'half') socket.end(head.slice(0, 30))
          else socket.write(head + chunk)
        }
      })
    })
    const baseUrl = await listen(server)
    const stop = () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
    return { baseUrl, seen, stop }
  }

  /** Gets one reply, and waits until its connection is idle again: nothing signals that. */
  async function useOnce(baseUrl: string) {
    expect((await ask(baseUrl)).text).toBe(text)
    await wait(20)
  }

  test.each(['close', 'reset'] as const)(
    'and %s by the server when it is used again: asked again at once, unseen',
    async (fault) => {
      const { baseUrl, seen, stop } = await serverOf(['answer', fault, 'answer'])
      await useOnce(baseUrl)
      const received = await ask(baseUrl)
      expect(received).toMatchObject({ text, end: { problem: null } })
      expect(seen).toEqual([
        { connection: 1, did: 'answer' },
        { connection: 1, did: fault },
        { connection: 2, did: 'answer' },
      ])
      stop()
    },
  )

  test('that was closed leads to one more request', async () => {
    const { baseUrl, seen, stop } = await serverOf(['answer', 'reset', 'reset', 'answer'])
    await useOnce(baseUrl)
    const received = await ask(baseUrl)
    expect(problemOf(received).kind).toBe('network')
    expect(received.end.retry).toBeDefined()
    expect(seen).toHaveLength(3)
    stop()
  })

  test('reports a new connection that is closed', async () => {
    const { baseUrl, seen, stop } = await serverOf(['reset', 'answer'])
    expect(problemOf(await ask(baseUrl)).kind).toBe('network')
    expect(seen).toHaveLength(1)
    stop()
  })

  test('leads to no other request after a stop', async () => {
    const { baseUrl, seen, stop } = await serverOf(['answer', 'answer'])
    await useOnce(baseUrl)
    const controller = new AbortController()
    const asked = ask(baseUrl, { signal: controller.signal })
    controller.abort()
    expect((await asked).end).toEqual({ finishReason: null, problem: null })
    expect(seen.length).toBeLessThan(3)
    stop()
  })
})

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return `http://127.0.0.1:${address.port}/v1`
}
