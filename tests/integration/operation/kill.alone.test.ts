import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Message, textOf } from '@/lib/protocol/messages'
import { machineDelay } from '../../delay'
import { full } from '../../selection.mjs'
import { delta, done, finish } from '../../upstream/events'
import { now, type Step } from '../../upstream/scripted'
import { textUpTo, tokenOf, tokensIn } from '../billing/tokens'
import type { Client } from '../client'
import { type House, openHouse } from '../house'
import { randomOf, seed } from '../random'
import type { EventReader } from '../replies/event-reader'

const ROUNDS = full ? 20 : 5
/** What may be lost of an answer when its process is killed: what came last. */
const LOST_MS = 250
/** A busy machine may hold a write up, in so many of the rounds at most. */
const BUSY_ROUNDS = full ? 2 : 1
const TOKEN_EVERY_MS = 5
const TOKENS = 1_000
/** The latest moment at which a process is killed after a turn was sent; the earliest is at once. */
const LATEST_MS = 1_000

let house: House
const scripts = new Map<string, Step[]>()
const inOneWord: Step[] = [{ write: delta('Yes.') + finish('stop') + done }]

beforeAll(async () => {
  house = await openHouse('sqlite')
  // A prompt that was not answered is sent again in front of the next one.
  house.upstream.script(({ prompt }) => scripts.get(prompt.split('\n\n').at(-1) ?? '') ?? inOneWord)
})
afterAll(() => house?.close())

test(`killed at a random moment, ${ROUNDS} times over: no conversation breaks, and at most ${LOST_MS} ms of text is gone`, {
  timeout: ROUNDS * 15_000,
}, async () => {
  const client = house.client()
  const random = randomOf(0)
  const opening = await client.finish({ text: 'the first turn' })
  let before = (await client.conversation(opening.conversationId)).messages
  let answered = 0
  /** How long before the end the first token that is gone had been seen, but for the machine's delay, for each round that lost one. */
  const lostMs: number[] = []
  for (let round = 1; round <= ROUNDS; round++) {
    const { began, text, seenAt, killedAt, delayMs } = await killedTurn(
      client,
      opening.conversationId,
      round,
      random.whole(0, LATEST_MS),
    )
    await house.start()
    const { messages } = await client.conversation(opening.conversationId)
    const [prompt, reply] = messages.slice(before.length)
    const context = `RILL_TEST_SEED=${seed}, round ${round}`
    expect(messages.slice(0, before.length), context).toEqual(before)
    // A turn of which nothing had been heard may have been too late; if it is there, it is whole.
    if (began || prompt) {
      expect([prompt && textOf(prompt.parts), reply?.generation?.status], context).toEqual([
        promptOf(round),
        'interrupted',
      ])
      const kept = tokensKept(reply, round, text)
      if (kept < seenAt.length) lostMs.push(Math.round(killedAt - (seenAt[kept] ?? killedAt) - delayMs))
    }
    if (text !== '') answered++
    before = messages
  }
  process.stdout.write(`kill: ${JSON.stringify({ seed, answered, lostMs })}\n`)
  expect(lostMs.filter((lost) => lost > LOST_MS).length, `RILL_TEST_SEED=${seed}`).toBeLessThanOrEqual(BUSY_ROUNDS)
  // Some were killed while there was something to lose.
  expect(answered).toBeGreaterThan(full ? ROUNDS / 4 : 0)
  const last = await client.finish({ text: 'the last turn', conversationId: opening.conversationId })
  expect(last.status).toBe('completed')
})

function promptOf(round: number): string {
  return `kill-${round}`
}

/** Sends a turn, and kills the server so long after. Gives what was read of the answer. */
async function killedTurn(client: Client, conversationId: string, round: number, afterMs: number) {
  const prompt = promptOf(round)
  const steps = Array.from({ length: TOKENS }, (_, number): Step[] => [
    { until: `${prompt}#${number}` },
    { delta: tokenOf(prompt, number) },
  ])
  scripts.set(prompt, steps.flat())
  let sent = 0
  const delay = machineDelay()
  const clock = setInterval(() => {
    house.upstream.open(`${prompt}#${sent++}`)
  }, TOKEN_EVERY_MS)
  const reading = heard(client.chat({ text: prompt, conversationId }))
  await wait(afterMs)
  const killedAt = now()
  await house.rill.kill('SIGKILL')
  // The server waits for its turn as well, and so does its disk.
  const delayMs = 2 * delay.stop()
  clearInterval(clock)
  return { ...(await reading), killedAt, delayMs }
}

/** What is read of an answer until its server is gone, and when each token was; nothing when it never began. */
async function heard(chat: Promise<EventReader>): Promise<{ began: boolean; text: string; seenAt: number[] }> {
  const seenAt: number[] = []
  const reader = await chat.catch(() => null)
  const note = () => {
    for (let left = tokensIn(reader?.text ?? '') - seenAt.length; left > 0; left--) seenAt.push(now())
    return false
  }
  await reader?.until(note).catch(() => undefined)
  return { began: (reader?.cursor ?? 0) > 0, text: reader?.text ?? '', seenAt }
}

/** Gives how many tokens are kept. What is kept, and what was seen, is what was sent up to some token. */
function tokensKept(reply: Message | undefined, round: number, seen: string): number {
  const text = textOf(reply?.parts ?? [])
  const tokens = tokensIn(text)
  const context = `RILL_TEST_SEED=${seed}, round ${round}`
  expect(text, context).toBe(textUpTo(promptOf(round), tokens))
  expect(seen, context).toBe(textUpTo(promptOf(round), tokensIn(seen)))
  return tokens
}
