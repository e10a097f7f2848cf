import { setImmediate as nextTurn } from 'node:timers/promises'
import { countTokens as cl100k } from 'gpt-tokenizer/encoding/cl100k_base'
import { countTokens as o200k } from 'gpt-tokenizer/encoding/o200k_base'
import { beforeAll, describe, expect, it } from 'vitest'
import { countPrompt } from '@/lib/tokens/count-prompt'
import { countTokens, createTokenCounter, type TokenCounter } from '@/lib/tokens/token-counter'
import { familyOf, loadTokenizer } from '@/lib/tokens/tokenizers'
import { deltas, message, seeded } from './texts'

const asText = { disallowedSpecial: new Set<string>() }
const models = [
  { model: 'gpt-4o', exact: (text: string) => o200k(text, asText) },
  { model: 'gpt-4', exact: (text: string) => cl100k(text, asText) },
]
beforeAll(async () => void (await Promise.all([loadTokenizer('o200k'), loadTokenizer('cl100k')])))

describe.each(models)('counting as $model', ({ model, exact }) => {
  it('is exact at every moment and at the end, over 500 varied messages', { timeout: 60_000 }, async () => {
    const random = seeded(model.length)
    let moments = 0
    for (let index = 0; index < 500; index++) {
      const text = message(random)
      const counter = await createTokenCounter(model)
      let soFar = ''
      for (const delta of deltas(text, random)) {
        soFar += delta
        counter.add(delta)
        let estimate = await estimateOf(counter)
        if (random() > 0.25) continue
        moments++
        const right = exact(soFar)
        // Another process may have used up the time slice.
        for (let tries = 0; tries < 3 && estimate !== right; tries++) estimate = await estimateOf(counter)
        if (counter.accuracy === 'exact') expect([soFar, estimate]).toEqual([soFar, right])
        else expect(Math.abs(estimate - right)).toBeLessThanOrEqual(Math.max(0.03 * right, 4))
      }
      const final = await counter.finish()
      if (counter.accuracy === 'exact') expect(final).toBe(exact(text))
      expect(Math.abs(final - exact(text))).toBeLessThanOrEqual(Math.max(0.03 * exact(text), 4))
    }
    expect(moments).toBeGreaterThan(1000)
  })
})

it('counts special tokens as text', async () => {
  const { tokens, accuracy } = await countTokens('gpt-4o', '<|endoftext|>')
  expect(tokens).toBe(o200k('<|endoftext|>', asText))
  expect(tokens).toBeGreaterThan(1)
  expect(accuracy).toBe('exact')
})

/** Texts of each kind with their reference counts, computed once: an endless run takes the tokenizer ten seconds. */
const hard = [
  { name: 'one letter', textOf: (index: number) => pick('abcdefg', index).repeat(100_000), tokens: 12_500 },
  { name: 'spaces', textOf: (index: number) => pick(' \t\u00a0\u3000\u2003\n\r', index).repeat(100_000), tokens: 782 },
  { name: 'emoji', textOf: (index: number) => String.fromCodePoint(0x1f600 + index).repeat(50_000), tokens: 50_000 },
  { name: 'Chinese without spaces', textOf: chinese, tokens: 99_999 },
  { name: 'base64', textOf: base64, tokens: o200k(base64(0), asText) },
]

describe.each(hard)('100,000 characters of $name', ({ textOf, tokens }) => {
  it('are counted to 3 % at every moment', async () => {
    const text = textOf(0)
    const random = seeded(text.length)
    const counter = await createTokenCounter('gpt-4o')
    let length = 0
    for (const delta of deltas(text, random)) {
      length += delta.length
      counter.add(delta)
      // These texts are equally dense everywhere.
      const share = (tokens * length) / text.length
      expect(Math.abs((await estimateOf(counter)) - share)).toBeLessThanOrEqual(Math.max(0.03 * share, 8))
    }
    expect(Math.abs((await counter.finish()) - tokens)).toBeLessThanOrEqual(0.03 * tokens)
  })

  it('never block the event loop for 20 ms, at once or bit by bit', { timeout: 60_000 }, async () => {
    expect(await middleOf([1, 2, 3], (index) => longestBlock([textOf(index)], 100_000))).toBeLessThan(20)
    expect(await middleOf([4, 5, 6], (index) => longestBlock([textOf(index)], 3000))).toBeLessThan(20)
  })
})

it('counts a prompt of a megabyte in time slices', { timeout: 60_000 }, async () => {
  expect(await middleOf([1, 2, 3], (seed) => longestBlock([varied(1_000_000, seed)], 1_000_000))).toBeLessThan(20)
})

it('counts 50 prompts at once in the same time slices', { timeout: 60_000 }, async () => {
  const texts = (seed: number) => Array.from({ length: 50 }, (_, index) => varied(100_000, 100 * seed + index))
  expect(await middleOf([1, 2, 3], (seed) => longestBlock(texts(seed), 100_000))).toBeLessThan(20)
})

it('lets a short text overtake a long one', async () => {
  const long = await createTokenCounter('gpt-4o')
  long.add(varied(1_000_000, 4))
  let longIsCounted = false
  const counting = long.finish().then(() => {
    longIsCounted = true
  })
  await countTokens('gpt-4o', varied(1000, 5))
  expect(longIsCounted).toBe(false)
  await counting
})

it('frames each message, and the reply', async () => {
  const messages = [
    { role: 'system', content: 'You are terse.' },
    { role: 'user', content: 'Why is the sky blue?' },
  ]
  const content = o200k('You are terse.') + o200k('Why is the sky blue?')
  expect(await countPrompt('gpt-4o', messages)).toEqual({ tokens: 3 + 2 * (3 + 1) + content, accuracy: 'exact' })
  expect((await countPrompt('llama3.2:3b', messages)).accuracy).toBe('approximate')
  // By characters: six letters are two tokens, four are one.
  const characters = 3 + 2 * 3 + (2 + 4) + (1 + 5)
  expect(await countPrompt('claude-sonnet-4-5', messages)).toEqual({ tokens: characters, accuracy: 'unknown' })
})

it.each([
  ['gpt-4o-mini-2024-07-18', 'o200k', 'exact'],
  ['openai/gpt-5.1', 'o200k', 'exact'],
  ['ft:gpt-4o:org::1', 'o200k', 'exact'],
  ['o3', 'o200k', 'exact'],
  ['gpt-oss:20b', 'o200k', 'exact'],
  ['gpt-4-0613', 'cl100k', 'exact'],
  ['gpt-3.5-turbo', 'cl100k', 'exact'],
  ['meta-llama/Llama-3.3-70B-Instruct-Turbo', 'cl100k', 'approximate'],
  ['qwen2.5:7b', 'cl100k', 'approximate'],
  ['deepseek-chat', 'o200k', 'approximate'],
  ['claude-sonnet-4-5', null, 'unknown'],
  ['gemini-2.5-pro', null, 'unknown'],
  ['o1000', null, 'unknown'],
  ['rill-demo', null, 'unknown'],
])('knows the tokenizer of %s', (model, encoding, accuracy) => {
  expect(familyOf(model)).toEqual({ encoding, accuracy })
})

/** The estimate at the start of a time slice. */
async function estimateOf(counter: TokenCounter): Promise<number> {
  await nextTurn()
  return counter.estimate()
}

/**
 * The longest time in ms for which counting several texts at once, added in deltas of a size, blocks the event loop. Takes
 * the shorter of wall time and CPU time, since other processes use this machine too.
 */
async function longestBlock(texts: string[], size: number): Promise<number> {
  const counters = await Promise.all(texts.map(() => createTokenCounter('gpt-4o')))
  let longest = 0
  let [wall, processor] = [0, process.cpuUsage()]
  const begin = () => {
    wall = performance.now()
    processor = process.cpuUsage()
  }
  const end = () => {
    const { user, system } = process.cpuUsage(processor)
    longest = Math.max(longest, Math.min(performance.now() - wall, (user + system) / 1000))
  }
  for (let at = 0; at < (texts[0]?.length ?? 0); at += size) {
    begin()
    for (const [index, counter] of counters.entries()) {
      counter.add(texts[index]?.slice(at, at + size) ?? '')
      counter.estimate()
    }
    end()
  }
  let counting = true
  begin()
  const total = Promise.all(counters.map((counter) => counter.finish())).finally(() => {
    counting = false
  })
  while (counting) {
    await nextTurn()
    end()
    begin()
  }
  await total
  return longest
}

/** The median of three measurements, each of another text: another process may disturb one. */
async function middleOf(texts: number[], measure: (text: number) => Promise<number>): Promise<number | undefined> {
  const measured: number[] = []
  for (const text of texts) measured.push(await measure(text))
  return measured.toSorted((one, other) => one - other)[1]
}

/** Words, code and characters of many languages. */
function varied(length: number, seed: number): string {
  const random = seeded(seed)
  let text = ''
  while (text.length < length) text += message(random)
  return text.slice(0, length)
}

function pick(characters: string, index: number): string {
  return characters[index] ?? ''
}

function chinese(index: number): string {
  const words = '长河流过古老的石桥'
  return (words.slice(index) + words.slice(0, index)).repeat(11_111)
}

function base64(index: number): string {
  const random = seeded(64 + index)
  return Buffer.from(Array.from({ length: 75_000 }, () => Math.floor(random() * 256))).toString('base64')
}
