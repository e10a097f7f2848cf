import { afterAll, beforeAll, expect, test } from 'vitest'
import { done, finish } from '@/tests/upstream/events'
import { type ScriptedUpstream, startScriptedUpstream } from '@/tests/upstream/scripted'
import { ask } from './ask'

let upstream: ScriptedUpstream
beforeAll(async () => {
  upstream = await startScriptedUpstream()
})
afterAll(() => upstream.stop())

const prompt = (content: string) => ({ request: { messages: [{ role: 'user' as const, content }] } })

test('several conversations run different scripts on one server, each stopped at its own gate', async () => {
  const ending = { write: finish('stop') + done }
  upstream.scriptFor('weather', [{ delta: 'Rain' }, { until: 'weather' }, { delta: ', then sun.' }, ending])
  upstream.scriptFor('time', [{ until: 'time' }, { delta: 'Noon.' }, ending])
  const first = new Promise<string>((resolve) => {
    ask(upstream.baseUrl, { ...prompt('What is the weather?'), onText: resolve })
      .then(({ text }) => answers.push(text))
      .then(() => upstream.open('time'))
  })
  const answers: string[] = []
  const second = ask(upstream.baseUrl, prompt('What time is it?')).then(({ text }) => answers.push(text))
  expect(await first).toBe('Rain')
  expect(answers).toEqual([])
  upstream.open('weather')
  await second
  expect(answers).toEqual(['Rain, then sun.', 'Noon.'])
  expect(upstream.requests.map((request) => request.prompt).sort()).toEqual([
    'What is the weather?',
    'What time is it?',
  ])
})

test('a script may read its request', async () => {
  upstream.script((request) => [{ delta: `You said ${request.prompt}, ${request.body.model}.` }, { write: done }])
  expect((await ask(upstream.baseUrl, prompt('hi'))).text).toBe('You said hi, scripted.')
})
