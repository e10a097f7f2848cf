import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { generationStatus, startData } from '@/lib/protocol/events'
import { textOf } from '@/lib/protocol/messages'
import { machineDelay } from '../../delay'
import { chunk, delta, done, event, finish } from '../../upstream/events'
import { now, type Script } from '../../upstream/scripted'
import type { Client } from '../client'
import { anyEngine, type House, OPERATORS_KEY, openHouse } from '../house'
import type { EventReader } from './event-reader'

const stopped = z.object({ status: generationStatus })
/** As providers write it: with the key that was refused. */
const keyRefused = { error: { message: `Incorrect API key: ${OPERATORS_KEY}.`, code: 'invalid_api_key' } }
const webPage = `<!doctype html><title>502</title><p>Bearer ${OPERATORS_KEY}</p>`

describe.each(anyEngine)('endings, on %s', (engine) => {
  let house: House
  let client: Client
  beforeAll(async () => {
    house = await openHouse(engine)
  })
  beforeEach(() => {
    client = house.client()
  })
  afterAll(() => house?.close())

  /** Plays a script for a prompt and reads all that comes of it. */
  const play = async (prompt: string, script: Script): Promise<EventReader> => {
    house.upstream.scriptFor(prompt, script)
    const reader = await client.chat({ text: prompt })
    await reader.rest()
    expect(reader.cut).toBe(false)
    return reader
  }
  const startOf = (reader: EventReader) => startData.parse(reader.seen[0]?.data)
  const replyOf = async (reader: EventReader) => {
    const { messages } = await client.conversation(startOf(reader).conversationId)
    return messages.at(-1)
  }
  const stop = (generationId: string) => client.ask(stopped, 'POST', `/api/generations/${generationId}/stop`)

  test.each([
    ['finish_reason and [DONE]', finish('stop') + done, 'stop'],
    ['[DONE] alone', done, undefined],
    ['the token limit', finish('length') + done, 'length'],
    ['a reason nobody knows', finish('because') + done, 'because'],
  ])('completed: %s', async (what, ending, finishReason) => {
    const reader = await play(`ends with ${what}`, [{ delta: 'All of it.' }, { write: ending }])
    expect(reader.seen.at(-1)?.data).toEqual({ status: 'completed', finishReason, attempts: 1 })
    expect(await replyOf(reader)).toMatchObject({
      parts: [{ type: 'text', text: 'All of it.' }],
      generation: { status: 'completed', finishReason: finishReason ?? null },
    })
  })

  test('stopped: the upstream’s socket closes within 250 ms, and the text is kept', async () => {
    house.upstream.scriptFor('stop me', [{ delta: 'As far as this' }, { until: 'never' }])
    const reader = await client.chat({ text: 'stop me' })
    await reader.untilText('As far as this')
    const { generationId } = startOf(reader)
    const delay = machineDelay()
    const stoppedAt = now()
    const answer = await stop(generationId)
    const kept = await replyOf(reader)
    expect(answer).toEqual({ status: 'stopped' })
    expect(kept).toMatchObject({
      parts: [{ type: 'text', text: 'As far as this' }],
      generation: { status: 'stopped' },
    })
    const closed = await (await house.asked('stop me')).closed
    expect(closed.ended).toBe(false)
    expect(closed.at - stoppedAt).toBeLessThan(250 + delay.stop())

    await reader.rest()
    expect(reader.seen.map(({ type }) => type)).not.toContain('error')
    expect(reader.seen.at(-1)).toMatchObject({ type: 'status', data: { status: 'stopped' } })
    expect(await stop(generationId)).toEqual({ status: 'stopped' })
  })

  test('stopped: before the upstream has answered at all', async () => {
    house.upstream.scriptFor('stop at once', [{ until: 'never' }])
    const { generationId } = await client.start({ text: 'stop at once' })
    const { closed } = await house.asked('stop at once')
    const delay = machineDelay()
    const stoppedAt = now()
    expect(await stop(generationId)).toEqual({ status: 'stopped' })
    expect((await closed).at - stoppedAt).toBeLessThan(250 + delay.stop())
  })

  test('a stop after the end changes nothing', async () => {
    const reader = await play('already done', [{ delta: 'Done.' }, { write: finish('stop') + done }])
    expect(await stop(startOf(reader).generationId)).toEqual({ status: 'completed' })
    expect((await replyOf(reader))?.generation?.status).toBe('completed')
  })

  const cuts: [string, Script, string][] = [
    ['the connection is closed', [{ delta: 'Half an ans' }, { cut: true }], 'network'],
    ['the connection is reset', [{ delta: 'Half an ans' }, { reset: true }], 'network'],
    ['the stream ends without a word', [{ delta: 'Half an ans' }, { end: true }], 'network'],
    [
      'the upstream says that it failed',
      [
        { delta: 'Half an ans' },
        { write: chunk({ error: { message: `Overloaded ${OPERATORS_KEY}` } }) },
        { end: true },
      ],
      'upstream',
    ],
    ['something unreadable comes', [{ delta: 'Half an ans' }, { write: event('{"choices": [') }], 'upstream'],
  ]
  test.each(cuts)('interrupted: %s', async (what, script, kind) => {
    const reader = await play(`interrupted when ${what}`, script)
    expect(reader.seen.slice(-2)).toMatchObject([
      { type: 'error', data: { kind, retryable: true } },
      { type: 'status', data: { status: 'interrupted' } },
    ])
    const reply = await replyOf(reader)
    expect(reply?.parts).toMatchObject([
      { type: 'text', text: 'Half an ans' },
      { type: 'error', problem: { kind } },
    ])
    expect(reply?.generation?.status).toBe('interrupted')
  })

  const html = { 'content-type': 'text/html' }
  const json = { 'content-type': 'application/json' }
  const failures: [string, Script, Record<string, unknown>][] = [
    ['a 500', [{ status: 500 }, { write: 'no' }], { kind: 'upstream', upstreamStatus: 500 }],
    [
      'a 401 that holds the key',
      [{ status: 401, headers: json }, { write: JSON.stringify(keyRefused) }],
      { kind: 'auth', upstreamStatus: 401, retryable: false },
    ],
    ['a web page', [{ status: 502, headers: html }, { write: webPage }], { kind: 'upstream', upstreamStatus: 502 }],
    ['a web page that says 200', [{ status: 200, headers: html }, { write: webPage }], { kind: 'upstream' }],
    ['an empty answer', [{ status: 200 }, { end: true }], { kind: 'upstream' }],
    ['a cut before the headers', [{ reset: true }], { kind: 'network' }],
  ]
  test.each(failures)('failed: %s', async (what, script, problem) => {
    const reader = await play(`fails with ${what}`, script)
    expect(reader.seen.slice(1)).toMatchObject([
      { type: 'error', data: problem },
      { type: 'status', data: { status: 'failed' } },
    ])
    const reply = await replyOf(reader)
    expect(reply?.parts).toMatchObject([{ type: 'error', problem }])
    expect(textOf(reply?.parts ?? [])).toBe('')
    expect(reply?.generation?.status).toBe('failed')
  })

  test('stream: false says how it ended as well', async () => {
    house.upstream.scriptFor('whole and failed', [{ status: 503 }, { write: delta('no') }])
    const answer = await client.finish({ text: 'whole and failed' })
    expect(answer).toMatchObject({ status: 'failed', text: '', parts: [{ type: 'error' }] })
  })

  test('the operator’s key was sent upstream, and is in no answer and no log', async () => {
    expect((await house.asked('fails with a 500')).headers.authorization).toBe(`Bearer ${OPERATORS_KEY}`)
    expect(house.linesSaying('fails with a 401')).not.toEqual([])
    expect(house.linesSaying(OPERATORS_KEY)).toEqual([])
  })
})
