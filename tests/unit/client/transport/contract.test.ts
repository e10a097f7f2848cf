import { beforeAll, expect, test } from 'vitest'
import { type Ask, contract } from '../../../contract'
import { done, says } from '../responses'
import { TestServer } from '../server'

let ask: Ask
beforeAll(async () => {
  const server = new TestServer()
  server.script = [...says('Rivers run.'), done]
  await server.listen()
  ask = async (method, path, json) => {
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const response = await fetch(server.origin + path, { method, ...body })
    return { status: response.status, text: await response.text() }
  }
  return () => server.close()
})

test.each(Object.keys(contract))('the test server keeps the contract: %s', async (name) => {
  expect.hasAssertions()
  await contract[name]?.({ ask, model: 'demo' })
})
