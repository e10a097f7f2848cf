// The least a relay in Node can do: node:http in, node:http out, the bytes piped untouched.
//
// node raw.mjs PORT UPSTREAM
import { Agent, createServer, request as send } from 'node:http'

const [, , port, upstream] = process.argv
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

createServer((request, response) => {
  if (request.method !== 'POST') return response.end('ok')
  const headers = { 'content-type': 'application/json', 'content-length': request.headers['content-length'] }
  const relayed = send(`${upstream}/v1/chat/completions`, { method: 'POST', agent, headers }, (answer) => {
    response.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] })
    answer.pipe(response)
  })
  relayed.on('error', () => response.destroy())
  response.on('close', () => relayed.destroy())
  request.pipe(relayed)
}).listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 })
