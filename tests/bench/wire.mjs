// Reads a response off a bare socket, cheaply enough for a thousand at once beside what is measured.

/**
 * Feeds on the bytes of one HTTP/1.1 response and gives its head once and its body, unchunked, as it comes.
 * `onHead(status, head)`, `onBody(latin1 text)`, `onEnd()`.
 */
export function createResponseReader({ onHead, onBody, onEnd }) {
  let state = 'head'
  let held = Buffer.alloc(0)
  let chunked = false
  let left = 0

  function readHead(bytes) {
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) return hold(bytes)
    const head = bytes.latin1Slice(0, end)
    chunked = /^transfer-encoding:\s*chunked/im.test(head)
    left = chunked ? 0 : Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? Number.POSITIVE_INFINITY)
    state = chunked ? 'size' : 'body'
    onHead(Number(head.slice(9, 12)), head)
    return left === 0 && !chunked ? finish() : bytes.subarray(end + 4)
  }

  function readSize(bytes) {
    const end = bytes.indexOf(10)
    if (end < 0) return hold(bytes)
    left = Number.parseInt(bytes.latin1Slice(0, end), 16)
    state = 'body'
    return left === 0 ? finish() : bytes.subarray(end + 1)
  }

  function readBody(bytes) {
    const count = Math.min(left, bytes.length)
    left -= count
    onBody(bytes.latin1Slice(0, count))
    if (left === 0 && !chunked) return finish()
    if (left === 0) state = 'gap'
    return bytes.subarray(count)
  }

  function readGap(bytes) {
    if (bytes.length < 2) return hold(bytes)
    state = 'size'
    return bytes.subarray(2)
  }

  function hold(bytes) {
    held = bytes
    return null
  }

  function finish() {
    state = 'over'
    onEnd()
    return null
  }

  const readers = { head: readHead, size: readSize, body: readBody, gap: readGap, over: () => null }
  return (bytes) => {
    let rest = held.length ? Buffer.concat([held, bytes]) : bytes
    held = Buffer.alloc(0)
    while (rest?.length) rest = readers[state](rest)
  }
}

/** Takes the text out of an OpenAI-compatible event stream: `onText(text)`, `onEnd(null)` at `[DONE]`. */
export function openaiDecoder({ onText, onEnd }) {
  return byLine((line) => {
    if (line === 'data: [DONE]') return onEnd(null)
    if (!line.startsWith('data: ')) return
    const text = stringAfter('"content":"', line) ?? JSON.parse(line.slice(6)).choices[0]?.delta.content
    if (text) onText(text)
  })
}

/** Takes the text out of Rill's event stream. `onStart(generationId)`; `onEnd(problem)` is given what ended it badly, or null. */
export function rillDecoder({ onStart, onText, onEnd }) {
  let event = ''
  let problem = null
  return byLine((line) => {
    if (line.startsWith('event: ')) event = line.slice(7)
    if (!line.startsWith('data: ')) return
    if (event === 'delta') onText(stringAfter('"text":"', line) ?? JSON.parse(line.slice(6)).text)
    if (event === 'start') onStart(JSON.parse(line.slice(6)).generationId)
    if (event === 'error') problem = line.slice(6)
    if (event === 'status') {
      const { status } = JSON.parse(line.slice(6))
      onEnd(status === 'completed' || status === 'stopped' ? null : `${status}: ${problem}`)
    }
  })
}

function byLine(onLine) {
  let rest = ''
  return (text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()
    for (const line of lines) onLine(line)
  }
}

// The fast way, for a string without escapes; undefined sends the caller to JSON.parse.
function stringAfter(mark, line) {
  const start = line.lastIndexOf(mark)
  if (start < 0) return undefined
  const end = line.indexOf('"', start + mark.length)
  const text = line.slice(start + mark.length, end)
  return text.includes('\\') ? undefined : text
}
